# exercise: group_norm_channels_first
# misconception: channels_last
# line: 12
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    N, *spatial, C = x.shape
    if C % num_groups:
        raise ValueError("not divisible")
    # (N, *spatial, G, C // G)
    g = x.reshape(N, *spatial, num_groups, C // num_groups)
    ax = tuple(range(1, len(spatial) + 1)) + (g.ndim - 1,)
    mu = np.mean(g, axis=ax, keepdims=True)
    sd = np.sqrt(np.var(g, axis=ax, keepdims=True) + eps)
    out = ((g - mu) / sd).reshape(x.shape)
    if gamma is None:
        gamma = np.ones(C)
    if beta is None:
        beta = np.zeros(C)
    return (out * gamma + beta).astype(x.dtype)
