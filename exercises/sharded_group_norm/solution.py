import jax
import jax.numpy as jnp


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    """Group normalization of a batch whose positions are cut over devices; runs on each with its own piece.

    x is the piece, shape (N, *spatial, C); the others lie along the mesh's axis axis_name. gamma and beta, of shape
    (C,), scale and shift the channels. Returns an array of the shape of x.
    """
    # C = G * D: the channel axis is cut in two, and a mean runs over the positions and the D channels of a group.
    grouped = x.reshape(*x.shape[:-1], num_groups, x.shape[-1] // num_groups)
    within = (*range(1, x.ndim - 1), x.ndim)

    # mu_ng: all pieces are equally large, so the mean of their means is the mean of all
    mean = jax.lax.pmean(jnp.mean(grouped, axis=within, keepdims=True), axis_name)

    # sigma_ng^2: each device measures its piece from the mean of all, and only then are the squares averaged
    centred = grouped - mean
    variance = jax.lax.pmean(jnp.mean(centred**2, axis=within, keepdims=True), axis_name)

    # n = (x - mu_ng) / sqrt(sigma_ng^2 + eps), in the shape x came in, then gamma_c * n + beta_c
    normalised = (centred / jnp.sqrt(variance + eps)).reshape(x.shape)
    return gamma * normalised + beta
