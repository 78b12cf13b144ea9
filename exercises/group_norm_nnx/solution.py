import jax.numpy as jnp
from flax import nnx


class GroupNorm(nnx.Module):
    """Group normalization of x, shape (N, *spatial, C): in each sample, each group of C / num_groups adjacent channels
    by itself, over all positions together.

    Parameters: gamma (ones) and beta (zeros), both of shape (num_features,).
    """

    def __init__(self, num_features, num_groups, eps=1e-5, *, rngs):
        # C = G * D: the channels must split evenly.
        if num_features % num_groups:
            raise ValueError(f"{num_features} channels do not split into {num_groups} groups")

        # Numbers and strings are no state: they stay as they are.
        self.num_features, self.num_groups, self.eps = num_features, num_groups, eps

        # gamma_c = 1 and beta_c = 0 at first. Their type, nnx.Param, is what tells an optimizer to train them. Nothing
        # is drawn at random, so that rngs is not needed; layers take it all the same.
        self.gamma = nnx.Param(jnp.ones(num_features))
        self.beta = nnx.Param(jnp.zeros(num_features))

    def __call__(self, x):
        # A gamma of one element would line up with any x.
        if x.shape[-1] != self.num_features:
            raise ValueError(f"x has {x.shape[-1]} channels, not num_features={self.num_features}")

        # x_npgd = x_npc with c = g * D + d: only the last axis is split, positions p stay as they are.
        grouped = x.reshape(*x.shape[:-1], self.num_groups, self.num_features // self.num_groups)

        # What shares a mean: all p and all d, for one n and one g
        shared = (*range(1, x.ndim - 1), -1)

        # mu_ng = 1/(P*D) * sum_pd x_npgd
        mean = jnp.mean(grouped, axis=shared, keepdims=True)

        # sigma_ng^2 = 1/(P*D) * sum_pd (x_npgd - mu_ng)^2
        variance = jnp.mean((grouped - mean) ** 2, axis=shared, keepdims=True)

        # n_npgd = (x_npgd - mu_ng) / sqrt(sigma_ng^2 + eps), in the shape x came in
        normalized = ((grouped - mean) / jnp.sqrt(variance + self.eps)).reshape(x.shape)

        # y_npc = gamma_c * n_npc + beta_c: a Param calculates as its array does
        return self.gamma * normalized + self.beta
