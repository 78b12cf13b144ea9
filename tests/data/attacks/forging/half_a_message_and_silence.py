# tries: Writes the first half of a message and waits.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

import os
import sys
import time

from grader.worker import wire

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
os.write(fd, wire.encode({"event": "loaded"})[:-5])
time.sleep(30)
