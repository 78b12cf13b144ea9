from flax import linen as nn


class ScaleShift(nn.Module):
    """gamma * x + beta for x of shape (..., C).

    Parameters: gamma (all start) and beta (zeros), both of shape (C,).
    """

    start: float = 1.0

    @nn.compact
    def __call__(self, x):
        # C: as many numbers as the last axis is long
        channels = x.shape[-1]

        # gamma_c = start and beta_c = 0 at first: one of each a channel
        gamma = self.param("gamma", nn.initializers.constant(self.start), (channels,))
        beta = self.param("beta", nn.initializers.zeros, (channels,))

        # y_c = gamma_c * x_c + beta_c, whatever stands before the channels
        return gamma * x + beta
