# exercise: group_norm_channels_first
# misconception: affine_along_last_axis
# line: 15, 17
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    if x.shape[1] % num_groups:
        raise ValueError("channels")
    y = x.reshape(x.shape[0], num_groups, x.shape[1] // num_groups, *x.shape[2:])
    axes = tuple(range(2, y.ndim))
    y = (y - y.mean(axis=axes, keepdims=True)) / np.sqrt(y.var(axis=axes, keepdims=True) + eps)
    y = y.reshape(x.shape)
    if gamma is not None:
        y = y * gamma
    if beta is not None:
        y = y + beta
    return y
