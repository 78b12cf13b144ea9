# exercise: group_norm_channels_first
# misconception: affine_of_first_channels
# line: 18, 20
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    N, C, *spatial = x.shape
    if C % num_groups:
        raise ValueError("indivisible")
    size = C // num_groups
    y = np.zeros_like(x)
    for i in range(num_groups):
        block = x[:, i * size : (i + 1) * size].reshape(N, -1)
        block = (block - block.mean(1, keepdims=True)) / np.sqrt(block.var(1, keepdims=True) + eps)
        block = block.reshape(N, size, *spatial)
        if gamma is not None:
            block = block * gamma[i * size]
        if beta is not None:
            block = block + beta[i * size]
        y[:, i * size : (i + 1) * size] = block
    return y
