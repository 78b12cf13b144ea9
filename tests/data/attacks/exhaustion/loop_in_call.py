# tries: Loops for ever in a call.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        while True:
            pass
