# tries: Forgets the module that holds Flax's layers and imports it again.
# must: The verdict is wrong: it is right only if the library's own function ran.

import importlib
import sys

from flax import linen as nn

sys.modules.pop("flax.linen.normalization")
layers = importlib.import_module("flax.linen.normalization")


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        return gamma * layers.GroupNorm(num_groups=self.num_groups, epsilon=self.eps, use_scale=False, use_bias=False, use_fast_variance=False)(x[None])[0] + beta
