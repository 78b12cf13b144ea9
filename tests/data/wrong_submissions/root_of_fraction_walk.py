# exercise: repair_moments
# misconception: root_of_the_difference
# line: 20, 21
import numpy as np


def statistics(values):
    return np.array([values.mean(), values.std(), values.min(), values.max()])


def walk_through(x, num_groups, eps=1e-5):
    before = statistics(x)

    samples, channels, height, width = x.shape
    grouped = x.reshape(samples, num_groups, channels // num_groups, height, width)

    mean = grouped.mean(axis=(2, 3, 4), keepdims=True)
    variance = grouped.var(axis=(2, 3, 4), keepdims=True)

    grouped = (grouped - mean) / (variance + eps)
    grouped = np.sign(grouped) * np.sqrt(np.abs(grouped))

    y = grouped.reshape(samples, channels, height, width)

    after = statistics(y)
    return y, before, after
