# tries: Raises an exception whose text a spreadsheet would run.
# must: The verdict is wrong and no cell of a table begins with it.

from flax import linen as nn

raise ValueError('=cmd|" /C calc"!A0')


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
