# tries: Deletes all builtins.
# must: The verdict is wrong, not "not checked".

import builtins

from flax import linen as nn

vars(builtins).clear()


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
