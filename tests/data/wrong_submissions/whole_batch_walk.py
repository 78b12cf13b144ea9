# exercise: repair_moments
# misconception: all_values_at_once
# line: 15
import numpy as np


def stats(a):
    return np.array([np.mean(a), np.std(a), np.min(a), np.max(a)])


def walk_through(x, num_groups, eps=1e-5):
    if x.shape[1] % num_groups != 0:
        raise ValueError("num_groups does not divide the channels")
    before = stats(x)
    y = (x - before[0]) / np.sqrt(before[1] ** 2 + eps)
    return y, before, stats(y)
