import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    """Group normalization of x, shape (N, C, *), over each sample's group of adjacent channels with all that follows.

    Parameters: scale (ones) and shift (zeros), both of shape (channels,); none at all without affine.
    """

    groups: int
    channels: int
    eps: float = 1e-5
    affine: bool = True

    @nn.compact
    def __call__(self, x):
        # C = G * D: the layer is made for C channels, x must have as many, and they must split evenly.
        if x.shape[1] != self.channels:
            raise ValueError(f"x has {x.shape[1]} channels in its second place; the layer was made for {self.channels}")
        if self.channels % self.groups:
            raise ValueError(f"{self.channels} channels do not split into {self.groups} groups")

        # x_ngk with k = (d, p): channels d of a group stand next to each other, each followed by its positions p. In
        # this layout a group is one stretch of memory, so a single reshape collects it.
        grouped = x.reshape(x.shape[0], self.groups, -1)

        # mu_ng = 1/K * sum_k x_ngk
        mean = jnp.mean(grouped, axis=-1, keepdims=True)

        # sigma_ng^2 = 1/K * sum_k (x_ngk - mu_ng)^2: the differences first. As E[x^2] - E[x]^2 it would be the small
        # difference of two large numbers where the mean is large.
        variance = jnp.mean((grouped - mean) ** 2, axis=-1, keepdims=True)

        # n_ngk = (x_ngk - mu_ng) / sqrt(sigma_ng^2 + eps), in the shape x came in
        normalized = ((grouped - mean) / jnp.sqrt(variance + self.eps)).reshape(x.shape)
        if not self.affine:
            return normalized

        # scale_c = 1 and shift_c = 0 at first
        scale = self.param("scale", nn.initializers.ones, (self.channels,))
        shift = self.param("shift", nn.initializers.zeros, (self.channels,))

        # y_ncp = scale_c * n_ncp + shift_c: the channels stand second, so axes of length one must follow them.
        along_channels = (1, self.channels, *[1] * (x.ndim - 2))
        return scale.reshape(along_channels) * normalized + shift.reshape(along_channels)
