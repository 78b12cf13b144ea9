# exercise: group_norm_channels_first
# misconception: affine_first
# line: 14, 16
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    N, C, *spatial = x.shape
    if C % num_groups:
        raise ValueError("indivisible")
    shape = [1, C] + [1] * len(spatial)
    h = x
    if gamma is not None:
        h = h * gamma.reshape(shape)
    if beta is not None:
        h = h + beta.reshape(shape)
    h = h.reshape(N, num_groups, -1)
    h = h - h.mean(axis=-1, keepdims=True)
    h = h / np.sqrt((h * h).mean(axis=-1, keepdims=True) + eps)
    return h.reshape(x.shape)
