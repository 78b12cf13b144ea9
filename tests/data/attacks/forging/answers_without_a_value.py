# tries: Answers every case with neither a value nor a problem.
# must: The verdict is wrong: a claim is no answer.

import os
import sys

from grader.worker import wire

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
os.write(fd, wire.encode({"event": "loaded"}))
for case in range(8):
    os.write(fd, wire.encode({"event": "started", "case": case}))
    os.write(fd, wire.encode({"event": "answered", "case": case, "problem": None}))
os.write(fd, wire.encode({"event": "finished"}))
os._exit(0)
