import jax.numpy as jnp


def mixed_group_norm(x, gamma, beta, num_groups, eps=1e-5):
    """Group normalization of x, shape (N, *spatial, C), in bfloat16 or float16; gamma and beta, shape (C,), in float32.

    Computes in float32. Returns an array of the shape and the dtype of x, rounded once.
    """
    # Every half-precision number is a float32 number too: nothing is lost, and all that follows is float32.
    wide = x.astype(jnp.float32)

    # C = G * D: the channel axis is cut in two, and statistics run over the positions and the D channels of a group.
    grouped = wide.reshape(*x.shape[:-1], num_groups, x.shape[-1] // num_groups)
    within = (*range(1, x.ndim - 1), x.ndim)

    # mu_ng = mean of x_npgd, sigma_ng^2 = mean of (x_npgd - mu_ng)^2, over p and d
    mean = jnp.mean(grouped, axis=within, keepdims=True)
    variance = jnp.mean((grouped - mean) ** 2, axis=within, keepdims=True)

    # n_npgd = (x_npgd - mu_ng) / sqrt(sigma_ng^2 + eps), in the shape x came in
    normalised = ((grouped - mean) / jnp.sqrt(variance + eps)).reshape(x.shape)

    # y_npc = gamma_c * n_npc + beta_c, and only then the one rounding
    return (gamma * normalised + beta).astype(x.dtype)
