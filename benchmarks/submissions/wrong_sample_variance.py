import flax.linen as nn
import jax


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        channels = x.shape[-1]
        size = channels // self.num_groups
        if size * self.num_groups != channels:
            raise ValueError("the channels must divide")
        gamma = self.param("gamma", nn.initializers.ones, (channels,))
        beta = self.param("beta", nn.initializers.zeros, (channels,))
        g = x.reshape(*x.shape[:-1], self.num_groups, size)
        g = (g - g.mean(-1, keepdims=True)) * jax.lax.rsqrt(g.var(-1, keepdims=True, ddof=1) + self.eps)
        return gamma * g.reshape(x.shape) + beta
