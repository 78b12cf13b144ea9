import numpy as np


def statistics(values):
    """[mean, standard deviation, min, max] of all values, shape (4,)."""
    # sigma = sqrt(mean of (v - mu)^2): over all values there are, so divided by their number, not by one less
    return np.array([values.mean(), values.std(), values.min(), values.max()])


def walk_through(x, num_groups, eps=1e-5):
    """Group normalization of x, shape (N, C, H, W), with the statistics before and after.

    Returns (y, before, after): y of x's shape; before and after, shape (4,), the statistics of all of x and of y.
    """
    before = statistics(x)

    # x_ngdhw = x_nchw with c = g * D + d: G groups of D = C / G channels each.
    samples, channels, height, width = x.shape
    grouped = x.reshape(samples, num_groups, channels // num_groups, height, width)

    # mu_ng and sigma_ng^2: over d, h and w, all that belongs to one group of one sample.
    mean = grouped.mean(axis=(2, 3, 4), keepdims=True)
    variance = grouped.var(axis=(2, 3, 4), keepdims=True)

    # n = (x - mu) / sqrt(sigma^2 + eps). Without the root, what has standard deviation sigma gets sigma / sigma^2.
    grouped = (grouped - mean) / np.sqrt(variance + eps)

    # Back to the shape it came in.
    y = grouped.reshape(samples, channels, height, width)

    after = statistics(y)
    return y, before, after


if __name__ == "__main__":
    x = np.random.default_rng(0).random((64, 16, 112, 112))
    y, _, _ = walk_through(x, num_groups=4)
    for name, values in (("before", x), ("after", y)):
        print(f"{name:7s} mean {values.mean():9.6f}  standard deviation {values.std():.5f}")
