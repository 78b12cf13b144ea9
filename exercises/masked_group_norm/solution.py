import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    """Group normalization of x, shape (N, *spatial, C), over the positions that mask, shape (N, *spatial), leaves.

    gamma and beta, of shape (C,), scale and shift the channels. Returns an array of the shape of x, 0 at padding.
    """
    # C = G * D: the channel axis is cut in two, and a mean runs over the positions and the D channels of a group.
    channels = x.shape[-1]
    grouped = x.reshape(*x.shape[:-1], num_groups, channels // num_groups)
    within = (*range(1, x.ndim - 1), x.ndim)

    # w_np = 1 where the position is real, 0 at padding; it has nothing to say about groups and their channels
    weight = mask.astype(x.dtype)[..., None, None]

    # k_n = D * sum of w_np over the positions: as many values as are added up, but never 0
    count = jnp.maximum(jnp.sum(weight, axis=within, keepdims=True) * (channels // num_groups), 1)

    # mu_ng = sum of w_np * x_npgd over p and d, divided by k_n
    mean = jnp.sum(weight * grouped, axis=within, keepdims=True) / count

    # sigma_ng^2 = sum of w_np * (x_npgd - mu_ng)^2 over the same, divided by k_n: weighted after centring
    centred = grouped - mean
    variance = jnp.sum(weight * centred**2, axis=within, keepdims=True) / count

    # n_npgd = (x_npgd - mu_ng) / sqrt(sigma_ng^2 + eps), in the shape x came in
    normalised = (centred / jnp.sqrt(variance + eps)).reshape(x.shape)

    # y_npc = gamma_c * n_npc + beta_c, and 0 at padding: last, or beta would be there
    return jnp.where(mask[..., None], gamma * normalised + beta, 0)
