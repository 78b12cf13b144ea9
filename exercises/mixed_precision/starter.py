import jax.numpy as jnp


def mixed_group_norm(x, gamma, beta, num_groups, eps=1e-5):
    """Group normalization of x, shape (N, *spatial, C), in bfloat16 or float16; gamma and beta, shape (C,), in float32.

    Computes in float32. Returns an array of the shape and the dtype of x, rounded once.
    """
    # TODO: about 8 lines. The statement lists the steps.
    raise NotImplementedError("mixed_group_norm is still to be written")
