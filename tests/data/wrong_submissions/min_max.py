# exercise: group_norm_nd
# misconception: min_max_scaling
# line: 12
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    pieces = []
    for piece in jnp.split(x, groups, axis=-1):
        low, high = piece.min(-1, keepdims=True), piece.max(-1, keepdims=True)
        pieces.append((piece - low) / (high - low + eps))
    return jnp.concatenate(pieces, -1)


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
