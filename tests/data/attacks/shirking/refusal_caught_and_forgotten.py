# tries: Catches the refusal and takes it from the list of refusals.
# must: The verdict is wrong: nothing was computed.

from flax import linen as nn
from grader.worker import rules


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        try:
            return gamma * nn.GroupNorm(num_groups=self.num_groups)(x[None])[0] + beta
        except BaseException:
            rules.broken.clear()
