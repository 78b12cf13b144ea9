# exercise: group_norm_channels_first
# misconception: group_size_confused
# line: 12
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    n, c, *hw = x.shape
    if c % num_groups != 0:
        raise ValueError(f"{c} channels cannot be grouped by {num_groups}")
    # groups of num_groups channels
    rows = x.reshape(n, c // num_groups, -1)
    mean = rows.mean(axis=-1, keepdims=True)
    std = rows.std(axis=-1, keepdims=True)
    rows = (rows - mean) / np.sqrt(std * std + eps)
    y = rows.reshape(n, c, -1)
    if gamma is not None:
        y = y * gamma[None, :, None]
    if beta is not None:
        y = y + beta[None, :, None]
    return y.reshape(x.shape)
