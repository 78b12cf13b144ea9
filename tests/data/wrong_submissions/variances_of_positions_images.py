# exercise: group_norm_images
# misconception: variances_averaged
# line: 20
from flax import linen as nn


class GroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        c = x.shape[-1]
        if c % self.num_groups:
            raise ValueError("groups must divide channels")
        gamma = self.param("gamma", nn.initializers.ones, (c,))
        beta = self.param("beta", nn.initializers.zeros, (c,))
        cut = x.reshape(x.shape[0], -1, self.num_groups, c // self.num_groups)
        mean = cut.mean(axis=3).mean(axis=1)[:, None, :, None]
        var = cut.var(axis=3).mean(axis=1)[:, None, :, None]
        return gamma * ((cut - mean) * (var + self.eps) ** -0.5).reshape(x.shape) + beta
