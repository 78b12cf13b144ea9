import numpy as np


def statistics(values):
    """[mean, standard deviation, min, max] of all values, shape (4,)."""
    # TODO: about 1 line.
    return None


def walk_through(x, num_groups, eps=1e-5):
    """Group normalization of x, shape (N, C, H, W), with the statistics before and after.

    Returns (y, before, after): y of x's shape; before and after, shape (4,), the statistics of all of x and of y.
    """
    before = statistics(x)

    # The channels become two axes: which group, and which channel of the group.
    samples, channels, height, width = x.shape
    grouped = x.reshape(samples, num_groups, channels // num_groups, height, width)

    # The first two moments of each group: all its channels, all positions.
    mean = grouped.mean(axis=(2, 3, 4), keepdims=True)
    variance = grouped.var(axis=(2, 3, 4), keepdims=True)

    # Now every group has mean 0 and standard deviation 1.
    grouped = (grouped - mean) / (variance + eps)

    # Back to the shape it came in.
    y = grouped.reshape(samples, channels, height, width)

    after = statistics(y)
    return y, before, after


if __name__ == "__main__":
    x = np.random.default_rng(0).random((64, 16, 112, 112))
    y, _, _ = walk_through(x, num_groups=4)
    for name, values in (("before", x), ("after", y)):
        print(f"{name:7s} mean {values.mean():9.6f}  standard deviation {values.std():.5f}")
