# exercise: group_norm_channels_first
# misconception: order_lost
# line: 15
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    n, c = x.shape[:2]
    if c % num_groups:
        raise ValueError("groups")
    z = x.reshape(n, num_groups, c // num_groups, -1).transpose(0, 2, 1, 3)
    mean = z.mean(axis=(1, 3), keepdims=True)
    var = z.var(axis=(1, 3), keepdims=True)
    z = (z - mean) / np.sqrt(var + eps)
    y = z.reshape(x.shape)
    shape = (1, -1) + (1,) * (x.ndim - 2)
    if gamma is not None:
        y = y * gamma.reshape(shape)
    if beta is not None:
        y = y + beta.reshape(shape)
    return y
