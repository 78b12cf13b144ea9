# exercise: group_norm_channels_first
# misconception: groups_interleaved
# line: 13, 14
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    c = x.shape[1]
    if c % num_groups:
        raise ValueError
    y = np.empty_like(x)
    for g in range(num_groups):
        part = x[:, g::num_groups]
        y[:, g::num_groups] = standardise(part, eps)
    shape = (c,) + (1,) * (x.ndim - 2)
    if gamma is not None:
        y *= gamma.reshape(shape)
    if beta is not None:
        y += beta.reshape(shape)
    return y


def standardise(part, eps):
    axes = tuple(range(1, part.ndim))
    mean = part.mean(axis=axes, keepdims=True)
    return (part - mean) / np.sqrt(part.var(axis=axes, keepdims=True) + eps)
