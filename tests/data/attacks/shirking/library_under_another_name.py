# tries: Loads the module that holds Flax's layers under another name.
# must: The verdict is wrong: it is right only if the library's own function ran.

import importlib
import importlib.util

from flax import linen as nn
from flax.linen import normalization

spec = importlib.util.spec_from_file_location("mine", normalization.__file__)
layers = importlib.util.module_from_spec(spec)
spec.loader.exec_module(layers)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        return gamma * layers.GroupNorm(num_groups=self.num_groups, epsilon=self.eps, use_scale=False, use_bias=False, use_fast_variance=False)(x[None])[0] + beta
