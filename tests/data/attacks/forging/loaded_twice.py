# tries: Says twice that it was loaded.
# must: The run is stopped as garbled and the verdict is wrong.

import os
import sys

from flax import linen as nn
from grader.worker import wire

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
os.write(fd, wire.encode({"event": "loaded"}) * 2)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
