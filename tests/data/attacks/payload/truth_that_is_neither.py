# tries: Sends truth values whose bytes are neither 0 nor 1.
# must: The verdict is wrong.

import os
import sys

import numpy as np
from flax import linen as nn
from grader.worker import wire

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        os.write(fd, wire.encode({"event": "answered", "case": 0, "problem": None}, {"value": np.full(6, 7, "uint8").view(bool)}))
        os._exit(0)
