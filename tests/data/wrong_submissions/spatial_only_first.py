# exercise: group_norm_channels_first
# misconception: instance_norm
# line: 12, 13, 14
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    batch, channels, *spatial = x.shape
    assert channels % num_groups == 0, "num_groups must divide the channels"
    z = np.reshape(x, [batch, num_groups, channels // num_groups, *spatial])
    over = tuple(range(3, z.ndim))
    m = z.mean(over, keepdims=True)
    d = z - m
    z = d / np.sqrt((d**2).mean(over, keepdims=True) + eps)
    z = z.reshape(x.shape)
    line_up = (slice(None),) + (None,) * len(spatial)
    if gamma is not None:
        z = z * gamma[line_up]
    if beta is not None:
        z = z + beta[line_up]
    return z
