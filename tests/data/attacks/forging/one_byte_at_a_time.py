# tries: Sends its answer one byte every tenth of a second, to keep the judge waiting.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

import os
import sys
import time

from flax import linen as nn
from grader.worker import wire

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
for byte in wire.encode({"event": "loaded"}):
    os.write(fd, bytes([byte]))
    time.sleep(0.1)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
