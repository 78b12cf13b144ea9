# exercise: repair_moments
# misconception: before_of_y
# line: 23, 24
import numpy as np


def statistics(values):
    return np.array([values.mean(), values.std(), values.min(), values.max()])


def walk_through(x, num_groups, eps=1e-5):
    x = 1.0 * x

    samples, channels, height, width = x.shape
    grouped = x.reshape(samples, num_groups, channels // num_groups, height, width)

    mean = grouped.mean(axis=(2, 3, 4), keepdims=True)
    variance = grouped.var(axis=(2, 3, 4), keepdims=True)

    grouped = (grouped - mean) / np.sqrt(variance + eps)

    y = grouped.reshape(samples, channels, height, width)
    x = y
    before = statistics(x)

    after = statistics(y)
    return y, before, after
