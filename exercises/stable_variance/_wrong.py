"""Wrong ideas about the variance of a stream, as float64 NumPy, with the words that explain them.

The formula taken apart, so that two wrong ideas about different parts can be put together too:

    chunks = take(x)                     what is counted, shape (T, B, C)
    total = squares(chunks)              the sum of the squared differences from the mean
    variance = after(total / count(chunks))
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.course import Arguments, Arrays, Misconception

Parts = Mapping[str, Callable[..., Any]]
Squares = Callable[[np.ndarray], np.ndarray]
EPS = (1e-5, 1e-6, 1e-8, 1e-3)
MOMENTA = (0.9, 0.99, 0.1, 0.5, 0.95)


def rows_of(chunks: np.ndarray) -> np.ndarray:
    """All rows, shape ``(T * B, C)``."""
    return chunks.reshape(-1, chunks.shape[-1])


def _right_squares(chunks: np.ndarray) -> np.ndarray:
    rows = rows_of(chunks)
    return ((rows - rows.mean(axis=0)) ** 2).sum(axis=0)


RIGHT: Parts = {
    "take": lambda x: x,
    "squares": _right_squares,
    "count": lambda chunks: chunks.shape[0] * chunks.shape[1],
    "after": lambda variance: variance,
}


def assemble(parts: Parts) -> Callable[[Arrays, Arguments], np.ndarray]:
    """The formula with some of its parts replaced."""
    chosen = {**RIGHT, **parts}

    def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
        chunks = chosen["take"](arrays["x"])
        if not chunks.size:
            return np.full(chunks.shape[-1], np.nan)
        with np.errstate(all="ignore"):  # wrong ideas divide by zero
            return chosen["after"](np.divide(chosen["squares"](chunks), chosen["count"](chunks)))

    return value


def _idea(name: str, title: str, text: str, *also: Parts, **parts) -> Misconception:
    """An idea, and other ways to have it."""
    return Misconception(name=name, title=title, text=text, value=assemble(parts), parts=parts, also=also)


def _within(chunks: np.ndarray) -> np.ndarray:
    """Squared differences from the chunk's own mean, summed."""
    return ((chunks - chunks.mean(axis=1, keepdims=True)) ** 2).sum(axis=(0, 1))


def _merged(between: Callable[[np.ndarray, int, int], np.ndarray], *, half_way: bool = False) -> Squares:
    """Chunk after chunk merged, with this for the term between the means: of their difference and both counts."""

    def squares(chunks: np.ndarray) -> np.ndarray:
        size, means = chunks.shape[1], chunks.mean(axis=1)
        mean, total = means[0], _within(chunks)
        for before, new in enumerate(means[1:], start=1):
            delta = new - mean
            total = total + between(delta, before * size, size)
            mean = mean + delta * (0.5 if half_way else 1 / (before + 1))
        return total

    return squares


def _row_by_row(step: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray], *, first: bool) -> Squares:
    """Row after row, with this added: of the row, the mean before it and the mean after it; starting at 0 or at it."""

    def squares(chunks: np.ndarray) -> np.ndarray:
        rows = rows_of(chunks)
        mean = rows[0] if first else np.zeros(rows.shape[-1])
        total = np.zeros(rows.shape[-1])
        for seen, row in enumerate(rows):
            after = mean + (row - mean) / (seen + 1)
            total += step(row, mean, after)
            mean = after
        return total

    return squares


def _about(place: Callable[[np.ndarray], np.ndarray]) -> Squares:
    return lambda chunks: ((rows_of(chunks) - place(chunks)) ** 2).sum(axis=0)


def _added(place: Callable[[np.ndarray], np.ndarray]) -> Squares:
    """Squares of shifted values with the square of their mean added, where it is to be taken away."""

    def squares(chunks: np.ndarray) -> np.ndarray:
        shifted = rows_of(chunks) - place(chunks)
        return (shifted**2).sum(axis=0) + len(shifted) * shifted.mean(axis=0) ** 2

    return squares


def _running_average(momentum: float, start: float | None, *, of: str = "variance") -> Parts:
    """Each chunk's variance mixed into what there was: 0, 1 or the first chunk's."""

    def squares(chunks: np.ndarray) -> np.ndarray:
        found = chunks.var(axis=1) if of == "variance" else (chunks**2).mean(axis=1) - chunks.mean(axis=1) ** 2
        average, rest = (found[0], found[1:]) if start is None else (np.full(chunks.shape[-1], start), found)
        for variance in rest:
            average = momentum * average + (1 - momentum) * variance
        return average

    return {"squares": squares, "count": lambda _: 1}


def _with_zeros(x: np.ndarray) -> np.ndarray:
    """A row of zeros before all others: as chunks of one row."""
    rows = rows_of(x)
    return np.concatenate([np.zeros_like(rows[:1]), rows])[:, None]


def _doubled(chunks: np.ndarray) -> np.ndarray:
    """The first once more."""
    return np.concatenate([chunks[:1], chunks])


def _first_row(chunks: np.ndarray) -> np.ndarray:
    return chunks[0, 0]


def _first_mean(chunks: np.ndarray) -> np.ndarray:
    return chunks[0].mean(axis=0)


def _one_pass(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    rows = rows_of(arrays["x"]).astype(np.float32)
    count = np.float32(len(rows))
    return ((rows**2).sum(axis=0) / count - (rows.sum(axis=0) / count) ** 2).astype(np.float64)


def _fewer(chunks: np.ndarray) -> int:
    return chunks.shape[0] * chunks.shape[1] - 1


MERGE = (
    _idea(
        "between_missing",
        "the mean of the chunks' own variances",
        "Each chunk's variance is right, and they are averaged. But each was measured from that chunk's own mean: that "
        "the chunks lie in different places is lost. If every chunk held one value over and over, and each another "
        "one, what would your answer be, and what is the variance of all the rows?",
        squares=_within,
    ),
    _idea(
        "means_only",
        "the variance of the chunks' means",
        "How far the chunks' means lie apart is a part of the variance, and it is the only part that is counted. What "
        "happens inside a chunk is lost. What would your answer be for a stream of a single chunk?",
        squares=lambda chunks: _right_squares(chunks) - _within(chunks),
    ),
    _idea(
        "between_weight",
        "a wrong weight for the squared distance of two means",
        "When two parts are merged, the squared distance of their means is added, as it must be, but not with the "
        "right weight. It depends on both counts: a part of one row moves the whole less than a part of a thousand. "
        "What must the weight be when both parts are a single row, so that two numbers come out with their variance?",
        {"squares": _merged(lambda delta, before, new: delta**2 * before * new)},
        {"squares": _merged(lambda delta, before, _: delta**2 * before)},
        {"squares": _merged(lambda delta, *_: delta**2)},
        {"squares": _merged(lambda delta, before, new: delta**2 * (before + new))},
        {"squares": _merged(lambda delta, before, new: delta**2 / (before + new))},
        {"squares": _merged(lambda delta, before, new: delta**2 * before / (before + new))},
        {"squares": _merged(lambda delta, before, new: delta**2 * new / (before + new))},
        {"squares": _merged(lambda delta, before, new: delta**2 * before * new / (before + new) ** 2)},
        squares=_merged(lambda delta, _, new: delta**2 * new),
    ),
    _idea(
        "between_not_squared",
        "the distance of two means, not its square",
        "When two parts are merged, something is added for the distance of their means, with the right weight. But a "
        "sum of squares grows by squares. What unit has your term if the values are in metres, and what unit has what "
        "it is added to?",
        {"squares": _merged(lambda delta, before, new: np.abs(delta) * before * new / (before + new))},
        squares=_merged(lambda delta, before, new: delta * before * new / (before + new)),
    ),
    _idea(
        "mean_half_way",
        "a merged mean half way between the two, whatever their counts",
        "The sums of squares are merged as they should be, but the mean of all before and of the new chunk is taken "
        "half way between them. After ten chunks the eleventh then counts as much as the ten together. Which counts "
        "belong to the two means?",
        squares=_merged(lambda delta, before, new: delta**2 * before * new / (before + new), half_way=True),
    ),
)

ROWS = (
    _idea(
        "old_mean_twice",
        "the squared difference from the mean before the row",
        "The running mean is right, and each row's difference from it is squared and added. But before the row is "
        "counted, the mean lies farther from it than afterwards: the sum grows by too much, most of all at the "
        "beginning. For two rows, 0 and 2, what does your sum become, and what should it be?",
        {"squares": _row_by_row(lambda row, before, _: (row - before) ** 2, first=False)},
        squares=_row_by_row(lambda row, before, _: (row - before) ** 2, first=True),
    ),
    _idea(
        "new_mean_twice",
        "the squared difference from the mean after the row",
        "The running mean is right, and each row's difference from it is squared and added. But the mean has moved "
        "towards the row already: the sum grows by too little, most of all at the beginning. For two rows, 0 and 2, "
        "what does your sum become, and what should it be?",
        squares=_row_by_row(lambda row, _, after: (row - after) ** 2, first=False),
    ),
    _idea(
        "first_counted_twice",
        "a start at the first row or chunk, which is then counted again",
        "What is carried begins with the first of the data, so that the numbers stay small, which is the right "
        "intention. But the loop counts what it began with once more. How many rows has your running mean counted "
        "after the very first row, and how many have there been?",
        {"take": lambda x: _doubled(rows_of(x)[:, None]), "count": _fewer},
        {"take": _doubled},
        {"take": _doubled, "count": lambda chunks: (chunks.shape[0] - 1) * chunks.shape[1]},
        take=lambda x: _doubled(rows_of(x)[:, None]),
    ),
    _idea(
        "place_kept",
        "squares of differences from a first place, of which the mean is never taken out",
        "Taking every difference from one fixed place keeps the numbers small, which is the right intention. But the "
        "mean of their squares is the variance only if that place is the mean. If the place were moved by 5, should "
        "the variance change, and does your answer?",
        {"squares": _about(_first_mean)},
        squares=_about(_first_row),
    ),
    _idea(
        "squares_for_variance",
        "the mean of the squares for the variance",
        "The squares of the values themselves are averaged. That agrees with the variance when the mean is 0, and "
        "nowhere else. Which of the two should a variance not depend on: the spread of the values, or where they lie?",
        squares=_about(lambda chunks: np.zeros(chunks.shape[-1])),
    ),
    _idea(
        "mean_added",
        "the square of the mean added, where it is taken away",
        "The mean of the squared differences from a fixed place is too large by the square of their mean. Here that "
        "square is added once more. Which of the two is larger, the mean of the squares or the square of the mean, and "
        "what can a variance never be?",
        {"squares": _added(_first_mean)},
        {"squares": _added(lambda chunks: np.zeros(chunks.shape[-1]))},
        squares=_added(_first_row),
    ),
)

TAKEN = (
    _idea(
        "last_chunk",
        "the variance of the last chunk alone",
        "The variance of one chunk is right, and only one is left at the end: each chunk takes the place of what was "
        "known before it. What must be carried from one chunk to the next?",
        take=lambda x: x[-1:],
    ),
    _idea(
        "first_chunk",
        "the variance of the first chunk alone",
        "The variance of one chunk is right, and what comes after it changes nothing. How often does the body of your "
        "loop run, and what does it do with the second chunk?",
        take=lambda x: x[:1],
    ),
    _idea(
        "first_chunk_lost",
        "the first chunk left out",
        "All is right for the chunks from the second on; the first is not among them. A stream gives each chunk once: "
        "what is taken from it to find a place to start is gone. What do you do with the first chunk besides looking "
        "where it lies?",
        take=lambda x: x[1:],
    ),
    _idea(
        "row_of_zeros",
        "a start that counts as a row of zeros",
        "What is carried from chunk to chunk is merged rightly. But it begins as if one row had been seen already, and "
        "that row was all zeros. With a mean of 10,000 such a row is far from all others. How many rows have you seen "
        "before the first?",
        {"take": _with_zeros, "count": _fewer},
        {"take": lambda x: np.concatenate([np.zeros_like(x[:1]), x])},
        take=_with_zeros,
    ),
    _idea(
        "running_average",
        "a running average of the chunks' variances, with a momentum",
        "Each chunk's variance is right, and mixed into an average that forgets: the last chunks count most, and a "
        "start that was never measured may count too. So does batch normalization keep its statistics, to follow a "
        "network that changes. How much should the first and the last of the rows count here?",
        *(_running_average(momentum, start) for momentum in MOMENTA for start in (0.0, 1.0)),
        *(_running_average(momentum, None) for momentum in MOMENTA[1:]),
        **_running_average(0.9, None),
    ),
)

DIVISION = (
    _idea(
        "never_divided",
        "the sum of the squared differences, never divided",
        "The sum of the squared differences is right. It grows with every row, and a variance does not: it is a mean. "
        "If the whole stream came twice, what should happen to the variance, and what happens to yours?",
        count=lambda _: 1,
    ),
    _idea(
        "sample_variance",
        "the sample variance, divided by one less than the number of rows",
        "The sum of the squared differences is right, and divided by the number of rows less one. Statisticians do so "
        "to estimate a population from a sample; here the rows are all there is. What does your division give for a "
        "stream of a single row?",
        {"count": lambda chunks: max(1, _fewer(chunks))},
        count=_fewer,
    ),
    _idea(
        "divided_by_chunks",
        "division by the number of chunks, not of rows",
        "The sum of the squared differences is right. It runs over all rows of all chunks, and is divided by how many "
        "chunks there were. Over how many numbers, in each channel, does your sum run?",
        count=lambda chunks: chunks.shape[0],
    ),
    _idea(
        "divided_by_a_chunk",
        "division by the rows of one chunk, not of all",
        "The sum of the squared differences is right. It runs over all rows of all chunks, and is divided by the rows "
        "of a single one. If twice as many chunks of the same kind came, should the variance double?",
        count=lambda chunks: chunks.shape[1],
    ),
    _idea(
        "divided_twice",
        "variances divided by the number of rows once more",
        "What is divided at the end is a mean already, so that the answer shrinks the longer a chunk or the stream is. "
        "Which of the numbers that you carry are sums, and which are means?",
        {"count": lambda chunks: chunks.shape[0] * chunks.shape[1] * chunks.shape[1]},
        {"count": lambda chunks: chunks.shape[0] * chunks.shape[1] * chunks.shape[0]},
        count=lambda chunks: (chunks.shape[0] * chunks.shape[1]) ** 2,
    ),
    _idea(
        "standard_deviation",
        "the standard deviation for the variance",
        "The variance is right on the way, and then its root is taken. Both tell how far the values spread, in "
        "different units. Which of the two is asked for?",
        after=np.sqrt,
    ),
    _idea(
        "eps_added",
        "an epsilon added to the variance",
        "The variance is right but for a small constant. A normalization layer adds one before it divides by the root; "
        "nothing is divided here. What should the variance of equal values be?",
        *({"after": lambda variance, eps=eps: variance + eps} for eps in EPS[1:]),
        {"after": lambda variance: np.maximum(variance, EPS[0])},
        after=lambda variance: variance + EPS[0],
    ),
    _idea(
        "nothing_added_up",
        "a sum of squares that stays 0, as in a second pass over a stream that has ended",
        "The answer is 0 whatever the values are. So it is when the differences are taken in a second loop over the "
        "same stream: every chunk comes once, and the second loop runs over nothing. How often does the line run that "
        "adds to your sum?",
        squares=lambda chunks: np.zeros(chunks.shape[-1]),
    ),
)

ROUNDING = (
    Misconception(
        name="squares_cancel",
        title="products of values that were not centred first, such as E[x^2] - E[x]^2",
        text="On paper this is the variance, and it needs one pass only. In float32 a product near 100,000,000 is "
        "known to within 4, and a sum of such products less well: where they cancel, what is left is made of what was "
        "rounded away. It may come out as 0 or below, and a lower limit of 0 only hides that. What could you subtract "
        "from every value, the first ones too, before anything is multiplied?",
        value=_one_pass,
        rounding="cancellation",
    ),
)

MISCONCEPTIONS = (*ROUNDING, *MERGE, *ROWS, *TAKEN, *DIVISION)
