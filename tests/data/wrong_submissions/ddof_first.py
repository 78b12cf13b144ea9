# exercise: group_norm_channels_first
# misconception: sample_variance
# line: 14
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    b, c, *rest = x.shape
    if c % num_groups:
        raise ValueError("bad num_groups")
    groups = np.split(x, num_groups, axis=1)
    done = []
    for g in groups:
        v = np.var(g.reshape(b, -1), axis=1, ddof=1)
        m = np.mean(g.reshape(b, -1), axis=1)
        ones = (b,) + (1,) * (x.ndim - 1)
        done.append((g - m.reshape(ones)) / np.sqrt(v.reshape(ones) + eps))
    y = np.concatenate(done, axis=1)
    ones = (c,) + (1,) * len(rest)
    y = y * gamma.reshape(ones) if gamma is not None else y
    y = y + beta.reshape(ones) if beta is not None else y
    return y
