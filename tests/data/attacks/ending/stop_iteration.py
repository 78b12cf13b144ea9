# tries: Raises StopIteration, which a loop over cases could take for its own end.
# must: The verdict is wrong in every case.

from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        raise StopIteration
