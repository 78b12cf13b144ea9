# exercise: group_norm_1d
# misconception: eps_default_1e3
# line: 10
import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 0.001

    @nn.compact
    def __call__(self, x):
        n = x.shape[-1]
        if n % self.num_groups:
            raise ValueError("not divisible")
        g = self.param("gamma", nn.initializers.ones_init(), (n,))
        b = self.param("beta", nn.initializers.zeros_init(), (n,))
        y = x.reshape(*x.shape[:-1], self.num_groups, -1)
        y = (y - y.mean(-1, keepdims=True)) / jnp.sqrt(y.var(-1, keepdims=True) + self.eps)
        return y.reshape(x.shape) * g + b
