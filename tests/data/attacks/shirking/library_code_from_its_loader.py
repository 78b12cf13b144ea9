# tries: Asks the loader for the code of Flax's layers and runs it.
# must: The verdict is wrong: it is right only if the library's own function ran.

from flax import linen as nn
from flax.linen import normalization

layers = dict(vars(normalization))
exec(normalization.__loader__.get_code("flax.linen.normalization"), layers)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        return gamma * layers["GroupNorm"](num_groups=self.num_groups, epsilon=self.eps, use_scale=False, use_bias=False, use_fast_variance=False)(x[None])[0] + beta
