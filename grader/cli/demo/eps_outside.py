import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        channels = x.shape[-1]
        assert channels % self.num_groups == 0, "channels must divide into the groups"
        gamma = self.param("gamma", nn.initializers.ones, (channels,))
        beta = self.param("beta", nn.initializers.zeros, (channels,))
        groups = x.reshape(*x.shape[:-1], self.num_groups, -1)
        mean = groups.mean(axis=-1, keepdims=True)
        var = groups.var(axis=-1, keepdims=True)
        x_hat = (groups - mean) / (jnp.sqrt(var) + self.eps)
        return gamma * x_hat.reshape(x.shape) + beta
