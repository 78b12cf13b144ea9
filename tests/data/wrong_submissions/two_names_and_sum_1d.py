# exercise: group_norm_1d
# misconception: sum_of_squares+parameters_of_flax
# line: 17, 21
import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        (c,) = x.shape
        if c % self.num_groups:
            raise ValueError("the groups do not fit")
        scale = self.param("scale", nn.initializers.ones, (c,))
        bias = self.param("bias", nn.initializers.zeros, (c,))
        rows = x.reshape(self.num_groups, -1)
        rows = rows - rows.mean(1, keepdims=True)
        rows = rows / jnp.sqrt((rows**2).sum(1, keepdims=True) + self.eps)
        return rows.ravel() * scale + bias
