# tries: Raises ValueError whatever it is asked, which one case asks for.
# must: The verdict is wrong and no case is right: that one needs another right first.

from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        raise ValueError("no")
