# tries: Announces a header and a payload of four gigabytes each.
# must: The run is stopped as garbled and the verdict is wrong. Nothing is allocated.

import os
import sys

from flax import linen as nn

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
os.write(fd, b"\xff" * 8)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
