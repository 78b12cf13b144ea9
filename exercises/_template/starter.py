from flax import linen as nn


class ScaleShift(nn.Module):
    """gamma * x + beta for x of shape (..., C).

    Parameters: gamma (all start) and beta (zeros), both of shape (C,).
    """

    start: float = 1.0

    @nn.compact
    def __call__(self, x):
        # TODO: about 4 lines. The statement lists the steps.
        raise NotImplementedError("ScaleShift is still to be written")
