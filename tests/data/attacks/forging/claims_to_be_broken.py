# tries: Sends the worker's own word for a worker that cannot go on.
# must: The verdict is wrong, not "not checked".

import os
import sys

from grader.worker import wire

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
os.write(fd, wire.encode({"event": "broken"}))
os._exit(1)
