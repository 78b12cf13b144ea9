# tries: Makes the answer descriptor non-blocking and fills it, so that the worker's own writes fail.
# must: The verdict is wrong, not "not checked".
# limit: 2

import os
import struct
import sys

from flax import linen as nn

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
os.set_blocking(fd, False)
try:
    while True:
        os.write(fd, struct.pack("<II", 100, 60 << 20) + bytes(1 << 20))
except BlockingIOError:
    pass


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
