# exercise: group_norm_channels_first
# misconception: over_batch
# line: 13, 14
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    N, C, *S = x.shape
    if C % num_groups:
        raise ValueError("C % G")
    xr = x.reshape(N, num_groups, C // num_groups, *S)
    axes = (0,) + tuple(range(2, xr.ndim))
    m = np.mean(xr, axis=axes, keepdims=True)
    v = np.var(xr, axis=axes, keepdims=True)
    xr = (xr - m) * np.reciprocal(np.sqrt(v + np.float32(eps)))
    y = xr.reshape(x.shape)
    for p, op in ((gamma, np.multiply), (beta, np.add)):
        if p is not None:
            y = op(y, p.reshape(1, C, *[1 for _ in S]))
    return y
