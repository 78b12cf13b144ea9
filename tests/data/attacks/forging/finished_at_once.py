# tries: Writes "loaded" and "finished" on the answer descriptor and leaves.
# must: The verdict is wrong: no case was answered.

import os
import sys

from grader.worker import wire

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
os.write(fd, wire.encode({"event": "loaded", "printed": ""}) + wire.encode({"event": "finished"}))
os._exit(0)
