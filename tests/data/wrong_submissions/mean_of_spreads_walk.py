# exercise: repair_moments
# misconception: spread_of_groups_reported
# line: 12, 13
import numpy as np


def walk_through(x, num_groups, eps=1e-5):
    n, c, h, w = x.shape
    g = x.reshape(n * num_groups, c // num_groups * h * w)

    def report(values):
        spreads = np.std(values, axis=1)
        return np.array([values.mean(), spreads.mean(), values.min(), values.max()])

    z = g - g.mean(axis=1)[:, None]
    z = z / np.sqrt((z**2).mean(axis=1) + eps)[:, None]
    return z.reshape(x.shape), report(g), report(z)
