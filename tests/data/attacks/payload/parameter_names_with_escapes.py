# tries: Makes parameters whose names are escapes, markup and formulas.
# must: The verdict is wrong and no raw control or format character is in any report.

from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        for name in ("\x1b[2J", "<script>", "=1+1", "\u202egamma", "a/b/../gamma", "\ud800"):
            self.param(name, nn.initializers.ones, x.shape)
        return x
