# exercise: group_norm_images
# misconception: variances_averaged
# line: 21, 23
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        n, c = x.shape[0], x.shape[-1]
        if c % self.num_groups:
            raise ValueError("groups must divide channels")
        gamma = self.param("gamma", nn.initializers.ones, (c,))
        beta = self.param("beta", nn.initializers.zeros, (c,))
        flat = x.reshape(n, -1, c)
        # first each channel, then the channels of a group
        mean_c, var_c = flat.mean(1), flat.var(1)
        mean = mean_c.reshape(n, self.num_groups, -1).mean(-1)
        var = var_c.reshape(n, self.num_groups, -1).mean(-1)
        mean = jnp.repeat(mean, c // self.num_groups, axis=1)[:, None, :]
        var = jnp.repeat(var, c // self.num_groups, axis=1)[:, None, :]
        return gamma * ((flat - mean) / jnp.sqrt(var + self.eps)).reshape(x.shape) + beta
