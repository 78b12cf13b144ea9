# tries: Prints lines that begin with everything that begins a formula.
# must: The verdict is wrong and no cell of a table begins with one.

from flax import linen as nn

print('=1+1\n+1+1\n-1+1\n@SUM(1)\n\t=1+1\n,"=1+1",\n;=1+1')


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
