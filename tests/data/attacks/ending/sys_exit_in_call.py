# tries: Leaves with status 0 from the first call.
# must: The verdict is wrong and says that the program ended itself.

import sys

from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        sys.exit(0)
