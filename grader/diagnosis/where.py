"""In which cases a submission goes wrong: what the wrong ones have in common and the right ones have not."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from exercises.spec import Value
from grader.diagnosis.evidence import Evidence
from grader.plan import PlannedCase

LARGE_MEAN = 100.0  # beside the spread
SMALL_SPREAD = 0.1
MOST_TOLD = 3  # traits that separate right from wrong equally well


class Trait(NamedTuple):
    """Something that a case has or has not.

    Attributes:
      words: completes "wrong where ...".
      question: leads on from it.
    """

    words: str
    question: str


Candidate = tuple[Trait, Callable[[PlannedCase], bool]]

_TRAITS: tuple[Candidate, ...] = (
    (
        Trait("your code runs under jax.jit", "What in your code needs a value that jit does not know yet?"),
        lambda case: isinstance(case.case.check, Value) and case.case.check.transform in ("jit", "stream"),
    ),
    (
        Trait(
            "your code is mapped by jax.vmap",
            "Which line of your code depends on how many axes there are, or where they stand?",
        ),
        lambda case: isinstance(case.case.check, Value) and case.case.check.transform == "vmap",
    ),
    (
        Trait("x is bfloat16", "In which dtype does each step of yours work, and how many digits does it keep?"),
        lambda case: case.x.dtype.name == "bfloat16",
    ),
    (
        Trait("x is float16", "What are the largest and the smallest number that float16 holds?"),
        lambda case: case.x.dtype.name == "float16",
    ),
    (
        Trait(
            "x is of half precision", "In which dtype does each step of yours work, and how many digits does it keep?"
        ),
        lambda case: case.x.dtype.itemsize == 2,  # noqa: PLR2004 - bytes
    ),
    (
        Trait("the mean is large beside the spread", "Where do you subtract large numbers that are nearly equal?"),
        lambda case: _mean(case) >= LARGE_MEAN * _spread(case) > 0,
    ),
    (
        Trait("the values are close together", "What in your formula decides when the variance is small?"),
        lambda case: 0 < _spread(case) < SMALL_SPREAD,
    ),
    (
        Trait("all values of a group are the same", "What is the variance there, and what do you divide by?"),
        lambda case: _along_last(case) == 0,
    ),
    (
        Trait("there is one group", "What happens in your code to the axis that counts the groups?"),
        lambda case: case.num_groups == 1,
    ),
    (
        Trait("every channel is a group of its own", "What are mean and variance of a single value?"),
        lambda case: case.num_groups is not None and case.num_groups == case.channels,
    ),
    (
        Trait(
            "the first axis of x has length one",
            "Which line of your code treats an axis of length one in another way than a longer one?",
        ),
        lambda case: case.x.ndim > 1 and case.x.shape[0] == 1,
    ),
    (
        Trait("x is cut over several devices", "Which of your values does a device know of its own piece alone?"),
        lambda case: _devices(case) > 1,
    ),
    (
        Trait("x lies on two devices", "Where does your code take the number of pieces from?"),
        lambda case: _devices(case) == 2,  # noqa: PLR2004 - a number like others
    ),
    (
        Trait(
            "the devices are arranged along two axes", "Which devices hold pieces of one sample, and which hold others?"
        ),
        lambda case: case.case.shards is not None and len(case.case.shards.mesh) > 1,
    ),
    (
        Trait("the parameters are not ones and zeros", "How do your parameters enter the formula?"),
        lambda case: bool(case.parameters),
    ),
)
_BY_RANK = "Which line of your code depends on how many axes x has?"
_BY_ARGUMENT = "What does your code do with {name}, and what would it do with another?"


def which_cases(evidence: Evidence, cases: tuple[PlannedCase, ...]) -> tuple[str, str] | None:
    """What all wrong cases have and no right one has, or the other way round: words and a question."""
    wrong = [seen.case for seen in evidence.wrong] + [cases[index] for index in evidence.failed]
    right = [seen.case for seen in evidence.values if not seen.wrong.any()]
    if traits := _setting_apart(wrong, right):
        return f"Everything is right except where {_told(traits)}.", traits[0].question
    if traits := _setting_apart(right, wrong):
        return f"Nothing is right except where {_told(traits)}.", "What makes that case easier than the others?"
    return None


def _setting_apart(inside: list[PlannedCase], outside: list[PlannedCase]) -> list[Trait]:
    """What all of the ones have and none of the others; what says more than a number comes before all that does not."""
    if not inside or not outside:
        return []
    for traits in (_TRAITS, _of_rank(inside), _of_arguments(inside)):
        found = [trait for trait, has in traits if all(map(has, inside)) and not any(map(has, outside))]
        if found:
            return found
    return []


def _of_rank(cases: list[PlannedCase]) -> Iterator[Candidate]:
    ranks = sorted({case.x.ndim for case in cases})
    least, most = ranks[0], ranks[-1]
    if least == most:
        yield Trait(f"x has {least} {'axis' if least == 1 else 'axes'}", _BY_RANK), lambda case: case.x.ndim == least
    else:
        yield Trait(f"x has {least} axes or more", _BY_RANK), lambda case: case.x.ndim >= least
        yield Trait(f"x has {most} axes or fewer", _BY_RANK), lambda case: case.x.ndim <= most


def _of_arguments(cases: list[PlannedCase]) -> Iterator[Candidate]:
    given = {name: value for name, value in cases[0].arguments.items() if name != "shards"}
    for name, value in given.items():
        trait = Trait(f"{name} is left to its default", f"Which default has your {name}?")
        yield trait, lambda case, n=name: n not in case.case.arguments
        shown = f"{value:g}" if isinstance(value, float) else value
        trait = Trait(f"{name}={shown}", _BY_ARGUMENT.format(name=name))
        yield trait, lambda case, n=name, v=value: case.arguments[n] == v


def _told(traits: list[Trait]) -> str:
    """The first; and as nobody can tell from these cases which of them matters, the others too."""
    first, *others = (trait.words for trait in traits[:MOST_TOLD])
    return f"{first} (the same cases in which {' and '.join(others)})" if others else first


def _devices(case: PlannedCase) -> int:
    return case.case.shards.devices if case.case.shards else 1


def _mean(case: PlannedCase) -> float:
    return abs(float(case.x.astype(np.float64).mean()))


def _spread(case: PlannedCase) -> float:
    return float(case.x.astype(np.float64).std())


def _along_last(case: PlannedCase) -> float:
    return float(np.ptp(case.x.astype(np.float64), axis=-1).max()) if case.x.ndim else 1.0
