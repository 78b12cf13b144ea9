# tries: Compiles Flax's own layer and calls what comes of it.
# must: The verdict is wrong and says that this is not allowed.

from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        return gamma * nn.jit(nn.GroupNorm)(num_groups=self.num_groups, epsilon=self.eps, use_scale=False, use_bias=False, use_fast_variance=False)(x[None])[0] + beta
