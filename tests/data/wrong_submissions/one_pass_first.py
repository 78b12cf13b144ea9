# exercise: group_norm_channels_first
# misconception: one_pass_variance
# line: 13
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    n, c = x.shape[:2]
    if c % num_groups:
        raise ValueError("groups")
    z = x.reshape(n, num_groups, -1)
    mean = z.mean(axis=-1, keepdims=True)
    var = (z * z).mean(axis=-1, keepdims=True) - mean * mean
    z = ((z - mean) / np.sqrt(var + eps)).reshape(n, c, -1)
    if gamma is not None:
        z = z * gamma[:, None]
    if beta is not None:
        z = z + beta[:, None]
    return z.reshape(x.shape)
