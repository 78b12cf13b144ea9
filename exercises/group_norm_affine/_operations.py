"""What programs for this exercise commonly compute, one operation at a time, for the grader's compile cache."""

from .._group_norm.sample_operations import COMMON

OPERATIONS = (
    COMMON
    + """\
class GroupNorm(nn.Module):
    groups: int
    channels: int
    eps: float = 1e-5
    affine: bool = True

    @nn.compact
    def __call__(self, x):
        channels, groups = x.shape[1], self.groups
        if channels % groups or channels != self.channels:
            raise ValueError("no such groups")
        rehearsed(x, self.eps, groups, x.reshape(len(x), groups, -1), -1)
        split = x.reshape(len(x), groups, channels // groups, *x.shape[2:])
        y = rehearsed(x, self.eps, groups, split, tuple(range(2, split.ndim)))
        if not self.affine:
            return y
        scale = self.param("scale", nn.initializers.ones, (channels,))
        shift = self.param("shift", nn.initializers.zeros, (channels,))
        flat = y.reshape(len(y), channels, -1)
        for values, further in ((y, x.ndim - 2), (flat, 1)):
            for one in (1, channels), (channels,):
                for parameter in (scale, shift):
                    lined_up(values, parameter, parameter.reshape(*one, *[1] * further))
        return y
"""
)
