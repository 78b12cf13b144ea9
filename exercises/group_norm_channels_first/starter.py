# In NumPy or in JAX, as you like: begin with an import of numpy or of jax.numpy.


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    """Group normalization of x, shape (N, C, *spatial), over C / num_groups adjacent channels and all positions.

    gamma and beta, of shape (C,), scale and shift the channels; each may be left out.
    """
    # TODO: about 12 lines. The statement lists the steps.
    raise NotImplementedError("group_norm is still to be written")
