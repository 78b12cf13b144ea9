# tries: Sends halves of surrogate pairs in printed text, which no file can hold.
# must: The report is written and the verdict is wrong.

import os
import struct
import sys

from flax import linen as nn

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
header = b'{"body": {"event": "loaded", "printed": "\\ud800 \\udfff"}, "arrays": []}'
os.write(fd, struct.pack("<II", len(header), 0) + header)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
