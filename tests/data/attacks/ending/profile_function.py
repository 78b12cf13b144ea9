# tries: Ends the process from a profile function as soon as the import returns.
# must: The verdict is wrong.

import os
import sys

from flax import linen as nn

sys.setprofile(lambda *_: os._exit(0))


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
