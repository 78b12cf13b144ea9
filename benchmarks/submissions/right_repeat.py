import flax.linen as nn
import jax.numpy as jnp


def per_channel(values, size):
    """One value a group in, one a channel out."""
    return jnp.repeat(values, size, axis=-1)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        size, rest = divmod(x.shape[-1], self.num_groups)
        assert rest == 0, "the channels do not split evenly"
        shape = x.shape[-1:]
        gamma, beta = self.param("gamma", nn.initializers.ones, shape), self.param("beta", nn.initializers.zeros, shape)
        mean = per_channel(x.reshape((*x.shape[:-1], self.num_groups, size)).mean(axis=-1), size)
        squares = jnp.power(x - mean, 2)
        variance = per_channel(squares.reshape((*x.shape[:-1], self.num_groups, size)).mean(axis=-1), size)
        return (x - mean) / jnp.sqrt(variance + self.eps) * gamma + beta
