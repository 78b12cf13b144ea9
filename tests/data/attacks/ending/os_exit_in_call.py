# tries: Ends the process with status 0 in the first call.
# must: The verdict is wrong: a process that is gone has answered nothing.

import os

from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        os._exit(0)
