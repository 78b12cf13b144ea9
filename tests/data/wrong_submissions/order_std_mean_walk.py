# exercise: repair_moments
# misconception: deviation_first
# line: 8, 23
import numpy as np


def summary(v):
    return np.array([v.std(), v.mean(), v.min(), v.max()])


def walk_through(x, num_groups, eps=1e-5):
    c = x.shape[1]
    if c % num_groups:
        raise ValueError(f"{num_groups} does not divide {c}")
    y = np.zeros(x.shape, np.float32)
    d = c // num_groups
    for i in range(x.shape[0]):
        for j in range(num_groups):
            part = x[i, j * d : (j + 1) * d]
            y[i, j * d : (j + 1) * d] = (part - part.mean()) / np.sqrt(part.var() + eps)
    before = summary(x)
    after = summary(y)
    return y, before, after
