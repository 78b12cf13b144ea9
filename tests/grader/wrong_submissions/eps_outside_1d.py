# exercise: group_norm_1d
# misconception: eps_outside_root
# line: 11
import jax.numpy as jnp
from flax import linen as nn


def group(values, eps):
    deviations = values - jnp.mean(values)
    root = jnp.sqrt(jnp.dot(deviations, deviations) / len(values))
    root = root + eps
    return deviations / root


def normalise(x, groups, eps):
    return jnp.concatenate([group(v, eps) for v in jnp.split(x, groups)])


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
