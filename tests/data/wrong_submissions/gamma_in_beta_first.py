# exercise: group_norm_channels_first
# misconception: gamma_needs_beta
# line: 12, 17
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    n, c = x.shape[:2]
    if c % num_groups:
        raise ValueError("no such groups")
    rows = x.reshape(n * num_groups, -1).T
    y = ((rows - rows.mean(0)) / np.sqrt(rows.var(0) + eps)).T.reshape(x.shape)
    if beta is None:
        return y
    y = np.swapaxes(y, 1, -1)
    if gamma is not None:
        y = y * gamma
    y = y + beta
    return np.swapaxes(y, 1, -1)
