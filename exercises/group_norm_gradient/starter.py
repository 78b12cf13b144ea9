from functools import partial

import jax
import jax.numpy as jnp


def group_norm(x, gamma, beta, num_groups, eps=1e-5):
    """Normalises each group of C / num_groups adjacent channels of x, shape (..., C), position by position.

    gamma and beta have shape (C,). Returns gamma * (x - mean) / sqrt(variance + eps) + beta, in the shape of x.
    """
    # TODO: about 20 lines, in three functions: this one, under jax.custom_vjp; the way there, which returns the output
    # and what is to be kept; and the way back. The statement lists the steps.
    raise NotImplementedError("group_norm is still to be written")
