# exercise: group_norm_channels_first
# misconception: batch_norm
# line: 11, 12
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    if x.shape[1] % num_groups:
        raise ValueError("groups")
    axes = (0,) + tuple(range(2, x.ndim))
    mean = x.mean(axis=axes, keepdims=True)
    var = x.var(axis=axes, keepdims=True)
    y = (x - mean) / np.sqrt(var + eps)
    if gamma is not None:
        y = y * np.expand_dims(gamma, tuple(range(1, x.ndim - 1)))
    if beta is not None:
        y = y + np.expand_dims(beta, tuple(range(1, x.ndim - 1)))
    return y
