# tries: Prints two hundred megabytes in one piece.
# must: The beginning is kept and the verdict is wrong.
# limit: 3

from flax import linen as nn

print('x' * 200_000_000)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
