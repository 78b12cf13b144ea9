# tries: Sends a number that becomes infinite.
# must: The run is stopped as garbled and the verdict is wrong.

import os
import struct
import sys

from flax import linen as nn

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
header = b'{"body": {"event": "started", "case": 1e999}, "arrays": []}'
os.write(fd, struct.pack("<II", len(header), 0) + header)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
