# tries: Replaces the worker's function that sends by one that claims success.
# must: The verdict is wrong: a claim is no answer.

import os
import sys

from flax import linen as nn
from grader.worker import wire

frame = sys._getframe()
while "_send" not in frame.f_globals:
    frame = frame.f_back
frame.f_globals["_send"] = lambda fd, *_: os.write(fd, wire.encode({"event": "finished"}))


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
