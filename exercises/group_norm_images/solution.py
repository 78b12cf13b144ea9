import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    """Group normalization of x, shape (N, *spatial, C): in each sample, each group of C / num_groups adjacent channels
    by itself, over all positions together.

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

        # gamma_c = 1 and beta_c = 0 at first: one of each a channel, whatever groups and positions there are.
        gamma = self.param("gamma", nn.initializers.ones, (channels,))
        beta = self.param("beta", nn.initializers.zeros, (channels,))

        # x_npgd = x_npc with c = g * D + d: only the last axis is split, positions p stay as they are.
        grouped = x.reshape(*x.shape[:-1], self.num_groups, channels // self.num_groups)

        # What shares a mean: all p and all d, for one n and one g. The p are the axes between the first and the last
        # of x, however many; there may be none.
        shared = (*range(1, x.ndim - 1), -1)

        # mu_ng = 1/(P*D) * sum_pd x_npgd
        mean = jnp.mean(grouped, axis=shared, keepdims=True)

        # sigma_ng^2 = 1/(P*D) * sum_pd (x_npgd - mu_ng)^2
        variance = jnp.mean((grouped - mean) ** 2, axis=shared, keepdims=True)

        # n_npgd = (x_npgd - mu_ng) / sqrt(sigma_ng^2 + eps), in the shape x came in
        normalized = ((grouped - mean) / jnp.sqrt(variance + self.eps)).reshape(x.shape)

        # y_npc = gamma_c * n_npc + beta_c: both line up with the last axis
        return gamma * normalized + beta
