# tries: Sends "finished" and ends with the status of success while cases are open.
# must: The verdict is wrong: what was not answered is wrong.

import os
import sys

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
        os.write(fd, wire.encode({"event": "finished", "outcome": "right", "exit": 0}))
        os._exit(0)
