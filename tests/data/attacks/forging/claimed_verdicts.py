# tries: Answers every case itself, with fields that claim the verdict and the points.
# must: The verdict is wrong: a claim is no answer.

import os
import sys

import numpy as np
from grader.worker import wire

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
messages = [wire.encode({"event": "loaded"})]
for case in range(8):
    messages.append(wire.encode({"event": "started", "case": case}))
    claim = {"outcome": "right", "verdict": "right", "correct": True, "points": 10, "score": 1.0, "margin": 0.0}
    body = {"event": "answered", "case": case, "problem": None, **claim}
    messages.append(wire.encode(body, {"value": np.zeros(12, "float32")}))
os.write(fd, b"".join(messages) + wire.encode({"event": "finished", "outcome": "right"}))
os._exit(0)
