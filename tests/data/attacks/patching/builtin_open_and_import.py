# tries: Replaces open and __import__ by functions that end the process quietly.
# must: The verdict is wrong: the judge is another process.

import builtins
import os

from flax import linen as nn

builtins.open = builtins.__import__ = lambda *_, **__: os._exit(0)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
