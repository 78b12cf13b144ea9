# tries: Recurses without an end.
# must: The verdict is wrong.

from flax import linen as nn

def deeper():
    return deeper()

deeper()


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
