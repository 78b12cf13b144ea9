# tries: Sends a well-formed answer of 48 MB for 6 numbers.
# must: The verdict is wrong: it has the wrong shape.

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
        os.write(fd, wire.encode({"event": "answered", "case": 0, "problem": None}, {"value": np.zeros(6 << 20, "float64")[:6_000_000]}))
        os._exit(0)
