import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    """Group normalization of x, shape (..., C): each group of C / num_groups adjacent channels
    by itself, separately at every position.

    Parameters: gamma (ones) and beta (zeros), both of shape (C,).
    """

    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        # C = G * D: the channels must split evenly.
        channels = x.shape[-1]
        if channels % self.num_groups:
            raise ValueError(f"{channels} channels do not split into {self.num_groups} groups")

        # gamma_c = 1 and beta_c = 0 at first: one of each a channel, whatever the groups.
        gamma = self.param("gamma", nn.initializers.ones, (channels,))
        beta = self.param("beta", nn.initializers.zeros, (channels,))

        # x_pgd = x_pc with c = g * D + d: only the last axis is split, positions p stay as they are.
        grouped = x.reshape(*x.shape[:-1], self.num_groups, channels // self.num_groups)

        # mu_pg = 1/D * sum_d x_pgd
        mean = jnp.mean(grouped, axis=-1, keepdims=True)

        # sigma_pg^2 = 1/D * sum_d (x_pgd - mu_pg)^2
        variance = jnp.mean((grouped - mean) ** 2, axis=-1, keepdims=True)

        # n_pgd = (x_pgd - mu_pg) / sqrt(sigma_pg^2 + eps), in the shape x came in
        normalized = ((grouped - mean) / jnp.sqrt(variance + self.eps)).reshape(x.shape)

        # y_pc = gamma_c * n_pc + beta_c: both line up with the last axis
        return gamma * normalized + beta
