# exercise: repair_moments
# misconception: sample_deviation_reported
# line: 10
import numpy as np


def statistics(values):
    flat = values.ravel()
    mean = flat.mean()
    std = np.sqrt(((flat - mean) ** 2).sum() / (flat.size - 1))
    return np.array([mean, std, flat.min(), flat.max()])


def walk_through(x, num_groups, eps=1e-5):
    before = statistics(x)

    samples, channels, height, width = x.shape
    grouped = x.reshape(samples, num_groups, channels // num_groups, height, width)

    mean = grouped.mean(axis=(2, 3, 4), keepdims=True)
    variance = grouped.var(axis=(2, 3, 4), keepdims=True)

    grouped = (grouped - mean) / np.sqrt(variance + eps)

    y = grouped.reshape(samples, channels, height, width)

    after = statistics(y)
    return y, before, after
