# exercise: repair_moments
# misconception: spread_of_all_values
# line: 11
import numpy as np


def walk_through(x, num_groups, eps=1e-5):
    n, c, h, w = x.shape
    before = np.array([x.mean(), x.std(), x.min(), x.max()])
    g = x.reshape(n, num_groups, c // num_groups, h, w)
    spread = np.sqrt(x.var() + eps)
    y = ((g - g.mean((2, 3, 4), keepdims=True)) / spread).reshape(x.shape)
    after = np.array([y.mean(), y.std(), y.min(), y.max()])
    return y, before, after
