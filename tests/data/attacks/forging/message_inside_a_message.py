# tries: Hides a whole message in the payload of another.
# must: The run is stopped as garbled and the verdict is wrong.

import os
import struct
import sys

from flax import linen as nn
from grader.worker import wire

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
inner = wire.encode({"event": "finished", "outcome": "right"})
header = b'{"body": {"event": "loaded"}, "arrays": []}'
os.write(fd, struct.pack("<II", len(header), len(inner)) + header + inner)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
