# tries: Centres the groups and leaves the rest to Flax's RMS norm.
# must: The verdict is wrong and says that this is not allowed.

from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        rows = x.reshape(self.num_groups, -1)
        return gamma * nn.RMSNorm(epsilon=self.eps, use_scale=False)(rows - rows.mean(1, keepdims=True)).reshape(x.shape) + beta
