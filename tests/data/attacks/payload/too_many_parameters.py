# tries: Makes a thousand parameters.
# must: The verdict is wrong and the report is short.

from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        for number in range(1000):
            self.param(f"gamma{number}", lambda _: x)
        return x
