"""``variance`` of a stream, in one pass, where the mean is large beside the spread."""

import numpy as np

from grader.course import Case, Draw, Entry, Exercise, Fixed, Given, Made, Value

from . import _reference
from ._right import VARIANTS
from ._wrong import MISCONCEPTIONS, assemble

STREAM = Value(transform="stream")
# Few shapes: under jit every one of them is compiled anew.
SHORT, LONG = (4, 4, 8), (12, 4, 8)
EXAMPLE = (9999, 10002, 10001, 10004, 10001, 10002, 10003, 10004)
# Eight channels, each of one value: exact, and so are their squares and the sums of those.
EQUAL = (4.0, 1.0, -2.0, 3.0, 0.5, -16.0, 24.0, 100.0)
_NOISE_BITS = 12


def _noise(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    """Even between -2 and 2, by integer arithmetic: the same on every platform, and exact beside 10,000."""
    raw = np.random.PCG64(np.random.SeedSequence([seed, len(shape), shape[0]])).random_raw(int(np.prod(shape)))
    whole = (np.asarray(raw, np.uint64) >> np.uint64(64 - _NOISE_BITS)).astype(np.int64)
    return (whole - 2 ** (_NOISE_BITS - 1)).reshape(shape) * 2.0 ** (2 - _NOISE_BITS)


def _first_far(seed: int) -> np.ndarray:
    """A first chunk around 960 and three around 1,000."""
    places = np.array([960, 1000, 1000, 1000]).reshape(-1, 1, 1)
    return (places + _noise(seed, SHORT)).astype(np.float32)


def _rising(seed: int) -> np.ndarray:
    """A mean that rises from 0 by one a chunk."""
    return (np.arange(LONG[0]).reshape(-1, 1, 1) + _noise(seed, LONG)).astype(np.float32)


def _case(name: str, x: Given, points: float = 1, needs: tuple[str, ...] = ()) -> Case:
    return Case(name=name, check=STREAM, arguments={}, x=x, points=points, needs=needs)


CASES = (
    _case("worked example", Fixed(values=EXAMPLE, shape=(2, 2, 2))),
    _case("mean 0", Draw(shape=SHORT), 2),
    _case("mean 1,000", Draw(shape=SHORT, mean=1000.0)),
    _case("mean 10,000", Draw(shape=SHORT, mean=10000.0), 2),
    _case("mean -10,000", Draw(shape=SHORT, mean=-10000.0)),
    _case("small spread", Draw(shape=SHORT, std=2**-7)),
    _case("all rows the same", Fixed(values=EQUAL * 16, shape=SHORT)),
    _case("one chunk", Draw(shape=(1, 4, 8), mean=100.0)),
    _case("one row a chunk", Draw(shape=(4, 1, 8), mean=100.0)),
    _case("one row in all", Draw(shape=(1, 1, 8), mean=10000.0)),
    _case("first chunk far from the rest", Made(by=_first_far)),
    _case("longer stream, rising mean", Made(by=_rising), 2),
)

SPEC = Exercise(
    title="A variance in one pass that survives a large mean",
    order=90,
    entry=Entry(name="variance", kind="function"),
    reference=_reference.REFERENCE,
    cases=CASES,
    misconceptions=MISCONCEPTIONS,
    right_variants=VARIANTS,
    assemble=assemble,
    seconds=30.0,
    hints=(
        "Do the worked example's second channel by hand, with eight digits at most. Where do the digits go that you "
        "would need at the end? It happens before the subtraction.",
        "Begin with a single chunk. All its rows are there at once, so nothing keeps you from its mean and from the "
        "differences to it. Squares of differences are small, whatever the mean is.",
        "Now two chunks, each with its number of rows, its mean, and its sum of squared differences. What is the mean "
        "of all rows, from these six numbers? It lies between the two means, nearer to the one with more rows.",
        "The sum of squared differences of all rows is not just the two sums added: each was measured from its own "
        "mean. What is missing depends on the distance of the two means, squared, and on both counts. Try it with two "
        "chunks of one row each.",
        "Everything before the new chunk is one part, the new chunk is the other: the same rule of two parts, over and "
        "over. Before the first chunk there are no rows; make sure that nothing of that start is counted.",
        "Divide once, at the end, by all rows.",
    ),
    production="Layers in use are divided on this. Flax's norms compute E[x^2] - E[x]^2 by default, because one pass "
    "over an activation costs less than two: at a mean of 10,000 standard deviations their output is off by "
    "thousands. Haiku, Equinox and Keras take two passes over an array that is there as a whole. PyTorch merges "
    "count, mean and sum of squares as you did, at least for images with the channels first. Another way is to shift "
    "by a mean of a few first values and to correct for what that shift lacks: differences of nearby numbers are "
    "exact, so that no digit is lost at any mean; one far outlier among those first values spoils it and has to be "
    "guarded against. The same three numbers, merged by the same rule, also give the statistics of an array that is "
    "spread over several devices, where averaging the devices' variances would lose what lies between them.",
)
