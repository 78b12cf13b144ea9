# exercise: group_norm_channels_first
# misconception: first_sample_for_all
# line: 12
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    n, c = x.shape[:2]
    if c % num_groups:
        raise ValueError("groups")
    z = x.reshape(n, num_groups, -1)
    stats = [(g.mean(), g.var()) for g in z[0]]
    mean = np.array([m for m, _ in stats])[:, None]
    var = np.array([v for _, v in stats])[:, None]
    z = ((z - mean) / np.sqrt(var + eps)).reshape(n, c, -1)
    if gamma is not None:
        z = z * gamma[:, None]
    if beta is not None:
        z = z + beta[:, None]
    return z.reshape(x.shape)
