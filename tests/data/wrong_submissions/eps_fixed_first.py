# exercise: group_norm_channels_first
# misconception: eps_1e5_hard_coded
# line: 12
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    n, c, *s = x.shape
    assert not c % num_groups
    h = x.reshape(n, num_groups, -1).astype(np.float64)
    mean, var = h.mean(-1, keepdims=True), h.var(-1, keepdims=True)
    h = (h - mean) / np.sqrt(var + 1e-5)
    h = h.reshape(x.shape)
    ones = [1] * len(s)
    if gamma is not None:
        h *= gamma.reshape(c, *ones)
    if beta is not None:
        h += beta.reshape(c, *ones)
    return h.astype(x.dtype)
