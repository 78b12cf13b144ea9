# tries: Rejects itself with the kinds that stand for the grader's own failures.
# must: The verdict is wrong, not "not checked".

import os
import sys

from grader.worker import wire

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
for kind in ("grader", "not_started", "not_checked", "fault"):
    os.write(fd, wire.encode({"event": "rejected", "problem": {"kind": kind, "message": "the grader failed"}}))
os._exit(1)
