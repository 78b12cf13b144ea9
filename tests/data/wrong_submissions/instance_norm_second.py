# exercise: group_norm_affine
# misconception: instance_norm
# line: 10
import jax
import jax.numpy as jnp
from flax import linen as nn


def instance(x, eps):
    return (x - x.mean()) / jnp.sqrt(x.var() + eps)


class GroupNorm(nn.Module):
    groups: int
    channels: int
    eps: float = 1e-5
    affine: bool = True

    @nn.compact
    def __call__(self, x):
        if x.shape[1] != self.channels or self.channels % self.groups:
            raise ValueError("bad channels")
        y = jax.vmap(jax.vmap(lambda image: instance(image, self.eps)))(x)
        if self.affine:
            bc = (1, -1) + (1,) * (x.ndim - 2)
            scale = self.param("scale", nn.initializers.ones, (self.channels,))
            shift = self.param("shift", nn.initializers.zeros, (self.channels,))
            y = scale.reshape(bc) * y + shift.reshape(bc)
        return y
