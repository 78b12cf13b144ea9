# tries: Announces a message as large as is allowed and never sends it.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

import os
import struct
import sys
import time

from flax import linen as nn

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
os.write(fd, struct.pack("<II", 1 << 20, 64 << 20))
time.sleep(30)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
