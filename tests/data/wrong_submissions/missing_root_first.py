# exercise: group_norm_channels_first
# misconception: missing_root
# line: 13
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    N, C = x.shape[:2]
    assert C % num_groups == 0
    xg = x.reshape(N, num_groups, -1)
    mu = xg.mean(axis=2, keepdims=True)
    var = xg.var(axis=2, keepdims=True)
    xn = (xg - mu) / (var + eps)
    out = xn.reshape(x.shape)
    new_shape = [1, C] + [1] * (x.ndim - 2)
    if gamma is not None:
        out = out * gamma.reshape(new_shape)
    if beta is not None:
        out = out + beta.reshape(new_shape)
    return out
