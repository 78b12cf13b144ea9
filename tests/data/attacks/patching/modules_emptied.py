# tries: Empties the table of loaded modules.
# must: The verdict is wrong, not "not checked".

import sys

from flax import linen as nn

sys.modules.clear()


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
