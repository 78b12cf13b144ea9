# tries: Rejects itself with a frame at a line that the file does not have.
# must: The verdict is wrong and the report is written.

import os
import sys

from flax import linen as nn
from grader.worker import wire

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
os.write(fd, wire.encode({"event": "rejected", "problem": {"kind": "raised", "frames": [[9_999_999, "f"]]}}))


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
