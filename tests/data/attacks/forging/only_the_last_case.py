# tries: Starts with the last case and answers that alone.
# must: The verdict is wrong: a claim is no answer.

import os
import sys

from grader.worker import wire

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
os.write(fd, wire.encode({"event": "loaded"}) + wire.encode({"event": "started", "case": 7}))
problem = {"kind": "raised", "type": "ValueError", "exception": True}
os.write(fd, wire.encode({"event": "answered", "case": 7, "problem": problem}) + wire.encode({"event": "finished"}))
os._exit(0)
