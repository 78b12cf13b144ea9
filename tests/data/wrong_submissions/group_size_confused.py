# exercise: group_norm_nd
# misconception: group_size_confused
# line: 13, 14
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, size, eps):
    def one(part):
        d = part - part.mean(-1, keepdims=True)
        return d / jnp.sqrt((d * d).mean(-1, keepdims=True) + eps)

    starts = range(0, x.shape[-1], size)
    return jnp.concatenate([one(x[..., s : s + size]) for s in starts], -1)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        channels = x.shape[-1]
        if channels % self.num_groups:
            raise ValueError(f"{self.num_groups} groups do not fit {channels} channels")
        gamma = self.param("gamma", nn.initializers.ones, (channels,))
        beta = self.param("beta", nn.initializers.zeros, (channels,))
        return normalise(x, self.num_groups, self.eps) * gamma + beta
