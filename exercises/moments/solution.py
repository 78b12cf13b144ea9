import jax.numpy as jnp


def moments(x, num_groups):
    """Mean and variance of each group of channels.

    x has shape (..., C). A group is C / num_groups adjacent channels at one position.
    Returns the tuple (mean, variance), both of shape (..., num_groups).
    """
    # C = G * D: the channels must split evenly.
    channels = x.shape[-1]
    if channels % num_groups:
        raise ValueError(f"{channels} channels do not split into {num_groups} groups")

    # x_pgd = x_pc with c = g * D + d: only the last axis is split, positions p stay as they are.
    grouped = x.reshape(*x.shape[:-1], num_groups, channels // num_groups)

    # mu_pg = 1/D * sum_d x_pgd
    mean = jnp.mean(grouped, axis=-1)

    # sigma_pg^2 = 1/D * sum_d (x_pgd - mu_pg)^2: every value of a group meets its group's mean
    variance = jnp.mean((grouped - mean[..., None]) ** 2, axis=-1)

    return mean, variance
