# exercise: group_norm_nd
# misconception: first_sample_for_all
# line: 10, 12
import jax
from flax import linen as nn


def normalise(x, groups, eps):
    y = x.reshape(*x.shape[:-1], groups, -1)
    sample = y[0] if x.ndim > 1 else y
    mean, var = sample.mean(-1, keepdims=True), sample.var(-1, keepdims=True)
    return ((y - mean) * jax.lax.rsqrt(var + eps)).reshape(x.shape)


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
