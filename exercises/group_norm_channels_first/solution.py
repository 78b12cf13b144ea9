import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    """Group normalization of x, shape (N, C, *spatial), over C / num_groups adjacent channels and all positions.

    gamma and beta, of shape (C,), scale and shift the channels; each may be left out.
    """
    # C = G * D: the channels must split evenly.
    samples, channels, *spatial = x.shape
    if channels % num_groups:
        raise ValueError(f"{channels} channels do not split into {num_groups} groups")

    # x_ngdp = x_ncp with c = g * D + d: the channel axis is cut in two, all others stay as they are.
    grouped = x.reshape(samples, num_groups, channels // num_groups, *spatial)
    within = tuple(range(2, grouped.ndim))

    # mu_ng = mean of x_ngdp over a group's channels d and all positions p
    mean = np.mean(grouped, axis=within, keepdims=True)

    # sigma_ng^2 = mean of (x_ngdp - mu_ng)^2 over the same
    variance = np.mean((grouped - mean) ** 2, axis=within, keepdims=True)

    # n_ngdp = (x_ngdp - mu_ng) / sqrt(sigma_ng^2 + eps), in the shape x came in
    y = ((grouped - mean) / np.sqrt(variance + eps)).reshape(x.shape)

    # y_ncp = gamma_c * n_ncp + beta_c: a vector lines up with the second axis once ones stand for the positions
    along_channels = (channels, *(1 for _ in spatial))
    if gamma is not None:
        y = gamma.reshape(along_channels) * y
    if beta is not None:
        y = y + beta.reshape(along_channels)
    return y
