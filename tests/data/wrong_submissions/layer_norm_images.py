# exercise: group_norm_images
# misconception: groups_ignored
# line: 9
import jax.numpy as jnp
from flax import linen as nn


def standardise(sample_axes, x, eps):
    mean = jnp.mean(x, axis=sample_axes, keepdims=True)
    centred = x - mean
    return centred / jnp.sqrt(jnp.mean(centred**2, axis=sample_axes, keepdims=True) + eps)


class GroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        if x.shape[-1] % self.num_groups:
            raise ValueError("groups must divide channels")
        gamma = self.param("gamma", nn.initializers.ones, (x.shape[-1],))
        beta = self.param("beta", nn.initializers.zeros, (x.shape[-1],))
        axes = tuple(range(1, x.ndim))
        return gamma * standardise(axes, x, self.eps) + beta
