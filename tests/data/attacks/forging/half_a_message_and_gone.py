# tries: Writes the first half of a message and leaves.
# must: The verdict is wrong and says that the process ended.

import os
import sys

from grader.worker import wire

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
os.write(fd, wire.encode({"event": "finished"})[:-5])
os._exit(0)
