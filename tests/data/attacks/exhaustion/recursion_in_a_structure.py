# tries: Drops a structure nested a million deep, and shows another.
# must: The verdict is wrong.
# limit: 3

from flax import linen as nn

nested = ()
for _ in range(1_000_000):
    nested = (nested,)
print(nested)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
