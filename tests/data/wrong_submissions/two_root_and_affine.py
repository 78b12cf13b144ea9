# exercise: group_norm_nd
# misconception: missing_root+affine_missing
# line: 21
import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        c = x.shape[-1]
        if c % self.num_groups:
            raise ValueError("the groups do not fit")
        self.param("gamma", nn.initializers.ones, (c,))
        self.param("beta", nn.initializers.zeros, (c,))
        z = x.reshape(*x.shape[:-1], self.num_groups, -1)
        z = z - z.mean(-1, keepdims=True)
        return (z / (jnp.mean(z * z, -1, keepdims=True) + self.eps)).reshape(x.shape)
