# exercise: group_norm_nd
# misconception: eps_in_mean
# line: 10
from flax import linen as nn


def normalise(x, groups, eps):
    y = x.reshape(*x.shape[:-1], groups, -1)
    var = y.var(axis=-1, keepdims=True)
    mean = y.mean(axis=-1, keepdims=True) + eps
    return ((y - mean) * (var + eps) ** -0.5).reshape(x.shape)


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
