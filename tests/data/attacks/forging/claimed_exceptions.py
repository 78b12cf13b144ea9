# tries: Answers every case with the exception that only one case asks for.
# must: The verdict is wrong: a claim is no answer.

import os
import sys

from grader.worker import wire

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
problem = {"kind": "raised", "type": "ValueError", "message": "", "exception": True}
os.write(fd, wire.encode({"event": "loaded"}))
for case in range(8):
    os.write(fd, wire.encode({"event": "started", "case": case}))
    os.write(fd, wire.encode({"event": "answered", "case": case, "problem": problem}))
os.write(fd, wire.encode({"event": "finished"}))
os._exit(0)
