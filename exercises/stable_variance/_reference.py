"""The variance of a stream of chunks, x of shape ``(T, B, C)``: the judge's float64 reference."""

import numpy as np

from grader.course import Arguments, Arrays, Reference


def _rows(arrays: Arrays) -> np.ndarray:
    """All rows of all chunks, shape ``(T * B, C)``."""
    x = arrays["x"]
    return x.reshape(-1, x.shape[-1])


def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """The mean squared difference from the mean, over all rows, shape ``(C,)``."""
    rows = _rows(arrays)
    return ((rows - rows.mean(axis=0)) ** 2).mean(axis=0)


def moved(arrays: Arrays, arguments: Arguments, epsilon: float) -> np.ndarray:
    """How far ``value`` moves when everything it is computed from moves by one unit in the last place.

    With d_i = x_i - mean, the derivative of the variance with respect to x_i is 2 d_i / N. Moving every x_i by one unit
    moves the variance by ``2/N sum_i |d_i| |x_i| epsilon``.

    No algorithm with one pass takes its differences from the exact mean: each takes them from a place (a running mean,
    a chunk's mean, a shift) that it has rounded to the dtype, and so has it off by e_i, up to epsilon times the
    largest |x|. The variance then is the mean of ``(d_i + e_i)^2``: off by ``2/N sum_i |d_i| |e_i|`` and, where
    nothing is left of the d_i because all values are the same, by ``e^2``.

    Together, for values of standard deviation s around a large mean m: some ``3.2 epsilon m / s`` of the variance, once
    more for each unit. The textbook formula subtracts m^2 from m^2 + s^2: it is off by ``epsilon (m / s)^2``, m / s
    times as much.

    A shift by any value that is itself among the N rows is as good: the shifted mean square is at most N times the
    variance, whatever the other rows are, because that value's own difference is part of the variance. So at most a
    factor of N is lost, of some hundred rows here; and a chunk's mean loses at most a factor of T.
    """
    rows = _rows(arrays)
    differences, size = np.abs(rows - rows.mean(axis=0)), np.abs(rows)
    place = epsilon * size.max(axis=0)
    return 2 * (differences * (size * epsilon + place)).mean(axis=0) + place**2


def mean_over_spread(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """How often the standard deviation goes into the mean, for each channel; infinite where all values are the same."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.abs(_rows(arrays).mean(axis=0)) / np.sqrt(value(arrays, arguments))


def sharing(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """Each channel by itself."""
    return np.arange(arrays["x"].shape[-1])


def landmarks(arrays: Arrays, arguments: Arguments) -> tuple[tuple[str, np.ndarray], ...]:
    """What right programs pass through: chunk by chunk, row by row, or from a shift."""
    x, rows = arrays["x"], _rows(arrays)
    chunk_means, variance = x.mean(axis=1), value(arrays, arguments)
    within = ((x - chunk_means[:, None]) ** 2).sum(axis=1)
    means, sums = _running(x)
    row_means, row_sums = _running(rows[:, None])
    before = np.concatenate([rows[:1], row_means[:-1]])
    on_the_way = (
        *(x, rows.sum(0), x.sum(1), np.cumsum(x.sum(1), 0), rows**2, (x**2).sum(1), np.cumsum((x**2).sum(1), 0)),
        *((rows**2).sum(0), (rows**2).mean(0), rows.mean(0) ** 2, (x**2).mean(1)),
        *(x - chunk_means[:, None], (x - chunk_means[:, None]) ** 2, within, within / x.shape[1], np.cumsum(within, 0)),
        *(rows - before, rows - row_means, (rows - before) * (rows - row_means), row_sums),
        np.zeros(x.shape[-1]),  # where sums begin
        *_merging(chunk_means, means, x.shape[1]),
        *sums,
        *(found for shift in (rows[0], chunk_means[0]) for found in _shifted(x, shift)),
    )
    return (
        *(("", found) for found in on_the_way),
        *(("a mean to take differences from", found) for found in (chunk_means, means, row_means, rows.mean(0))),
        ("sum of the squared differences", variance * len(rows)),
        ("variance", variance),
    )


def _running(chunks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sum of squared differences of all rows so far, after each chunk."""
    so_far = [chunks[: i + 1].reshape(-1, chunks.shape[-1]) for i in range(len(chunks))]
    return np.array([rows.mean(0) for rows in so_far]), np.array([rows.var(0) * len(rows) for rows in so_far])


def _merging(chunk_means: np.ndarray, means: np.ndarray, rows: int) -> tuple[np.ndarray, ...]:
    """What a merge of a chunk with all before it computes, after the first."""
    if len(means) == 1:
        return ()
    steps = np.arange(1, len(means))[:, None]
    delta = chunk_means[1:] - means[:-1]
    share = steps / (steps + 1)
    between = delta**2 * rows * share
    return delta, delta / (steps + 1), delta**2, delta**2 * share, delta**2 * rows, between


def _shifted(x: np.ndarray, shift: np.ndarray) -> tuple[np.ndarray, ...]:
    """What is computed from differences to one fixed place."""
    differences = x - shift
    squares, flat = differences**2, differences.reshape(-1, x.shape[-1])
    return (
        *(differences, squares, differences.sum(1), squares.sum(1)),
        *(np.cumsum(differences.sum(1), 0), np.cumsum(squares.sum(1), 0), np.cumsum(flat, 0), np.cumsum(flat**2, 0)),
        *(flat.sum(0), (flat**2).sum(0), flat.mean(0), (flat**2).mean(0), flat.mean(0) ** 2),
        flat.sum(0) ** 2 / len(flat),
    )


REFERENCE = Reference(value=value, moved=moved, mean_over_spread=mean_over_spread, sharing=sharing, landmarks=landmarks)
