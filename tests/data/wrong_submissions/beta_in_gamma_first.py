# exercise: group_norm_channels_first
# misconception: beta_needs_gamma
# line: 14, 15
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    n, c = x.shape[0], x.shape[1]
    if c % num_groups != 0:
        raise ValueError("no")
    g = x.reshape(n, num_groups, -1)
    mean = g.mean(-1, keepdims=True)
    var = g.var(-1, keepdims=True)
    y = ((g - mean) / np.sqrt(var + eps)).reshape(x.shape)
    if gamma is not None:
        shape = (1, c) + (1,) * (x.ndim - 2)
        y = y * gamma.reshape(shape)
        if beta is not None:
            y = y + beta.reshape(shape)
    return y
