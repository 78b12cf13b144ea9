from flax import linen as nn


class GroupNorm(nn.Module):
    """Group normalization of x, shape (N, C, *), over each sample's group of adjacent channels with all that follows.

    Parameters: scale (ones) and shift (zeros), both of shape (channels,); none at all without affine.
    """

    groups: int
    channels: int
    eps: float = 1e-5
    affine: bool = True

    @nn.compact
    def __call__(self, x):
        # TODO: about 14 lines. The statement lists the steps.
        raise NotImplementedError("GroupNorm is still to be written")
