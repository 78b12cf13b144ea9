# exercise: group_norm_1d
# misconception: mean_kept
# line: 12
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    size = x.shape[-1] // groups
    d = [x[..., i * size : (i + 1) * size] for i in range(groups)]
    sigma = [jnp.sqrt(p.var(axis=-1, keepdims=True) + eps) for p in d]
    return jnp.concatenate([p / s for p, s in zip(d, sigma, strict=True)], axis=-1)


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
