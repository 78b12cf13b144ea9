# exercise: group_norm_channels_first
# misconception: instance_norm+affine_missing
# line: 10, 11
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    if x.shape[1] % num_groups:
        raise ValueError("groups")
    axes = tuple(range(2, x.ndim))
    mean = x.mean(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
