# exercise: group_norm_channels_first
# misconception: flattened
# line: 10
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    c = x.shape[1]
    assert c % num_groups == 0
    groups = np.array_split(x.ravel(), num_groups)
    done = np.concatenate([(g - g.mean()) / (g.var() + eps) ** 0.5 for g in groups])
    y = done.reshape(x.shape)
    column = (-1,) + (1,) * (x.ndim - 2)
    y = y if gamma is None else y * gamma.reshape(column)
    return y if beta is None else y + beta.reshape(column)
