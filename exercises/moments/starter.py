import jax.numpy as jnp


def moments(x, num_groups):
    """Mean and variance of each group of channels.

    x has shape (..., C). A group is C / num_groups adjacent channels at one position.
    Returns the tuple (mean, variance), both of shape (..., num_groups).
    """
    # TODO: about 5 lines. The statement lists the steps.
    raise NotImplementedError("moments is still to be written")
