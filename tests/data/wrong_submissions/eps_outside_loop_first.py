# exercise: group_norm_channels_first
# misconception: eps_outside_root
# line: 18, 19
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    n_samples, n_channels = x.shape[0], x.shape[1]
    if n_channels % num_groups != 0:
        raise ValueError("num_groups must divide the number of channels")
    per_group = n_channels // num_groups
    result = np.zeros(x.shape, dtype=x.dtype)
    for n in range(n_samples):
        for g in range(num_groups):
            lo, hi = g * per_group, (g + 1) * per_group
            block = x[n, lo:hi]
            average = block.sum() / block.size
            spread = np.sqrt(((block - average) ** 2).sum() / block.size)
            result[n, lo:hi] = (block - average) / (spread + eps)
    for c in range(n_channels):
        if gamma is not None:
            result[:, c] *= gamma[c]
        if beta is not None:
            result[:, c] += beta[c]
    return result
