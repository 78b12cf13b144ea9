# exercise: group_norm_channels_first
# misconception: groups_ignored
# line: 10, 11
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    if x.shape[1] % num_groups:
        raise ValueError("groups")
    axes = tuple(range(1, x.ndim))
    mean, var = np.mean(x, axis=axes, keepdims=True), np.var(x, axis=axes, keepdims=True)
    y = (x - mean) / np.sqrt(var + eps)
    shape = (1, -1) + (1,) * (x.ndim - 2)
    if gamma is not None:
        y = y * gamma.reshape(shape)
    if beta is not None:
        y = y + beta.reshape(shape)
    return y
