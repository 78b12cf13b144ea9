# tries: Sends NaN values that raise a floating-point exception when they are touched.
# must: The verdict is wrong and the judge goes on.

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
        os.write(fd, wire.encode({"event": "answered", "case": 0, "problem": None}, {"value": np.full(6, 0x7F800001, "uint32").view("float32")}))
        os._exit(0)
