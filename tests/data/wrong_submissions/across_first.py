# exercise: group_norm_channels_first
# misconception: statistics_across_groups
# line: 12, 13
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    n, c = x.shape[:2]
    if c % num_groups:
        raise ValueError("groups")
    z = x.reshape(n, num_groups, c // num_groups, -1)
    mean = z.mean(axis=(1, 3), keepdims=True)
    var = z.var(axis=(1, 3), keepdims=True)
    z = (z - mean) / np.sqrt(var + eps)
    if gamma is not None:
        z = z * gamma.reshape(1, num_groups, -1, 1)
    if beta is not None:
        z = z + beta.reshape(1, num_groups, -1, 1)
    return z.reshape(x.shape)
