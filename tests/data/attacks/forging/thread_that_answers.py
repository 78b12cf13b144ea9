# tries: Lets a thread answer beside the worker, with values of its own.
# must: The verdict is wrong: a claim is no answer.

import os
import sys
import threading
import time

import numpy as np
from flax import linen as nn
from grader.worker import wire

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
def answer():
    for case in range(8):
        body = {"event": "answered", "case": case, "problem": None}
        os.write(fd, wire.encode(body, {"value": np.zeros(12, "float32")}))
        time.sleep(0.01)

threading.Thread(target=answer, daemon=True).start()


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
