"""In which cases a submission goes wrong, and in which part of them: what sets the wrong apart from the right."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from exercises.spec import Value
from grader.diagnosis.evidence import Compared, Evidence
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


_TRAITS: tuple[tuple[Trait, Callable[[PlannedCase], bool]], ...] = (
    (
        Trait("the module runs under jax.jit", "What in your code needs a value that jit does not know yet?"),
        lambda case: isinstance(case.case.check, Value) and case.case.check.transform == "jit",
    ),
    (
        Trait(
            "the module is mapped by jax.vmap",
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
        Trait(
            "x has a single row",
            "Which line of your code treats an axis of length one in another way than a longer one?",
        ),
        lambda case: case.x.ndim > 1 and case.x.shape[0] == 1,
    ),
    (
        Trait("gamma and beta are not ones and zeros", "How do your parameters enter the formula?"),
        lambda case: bool(case.parameters),
    ),
)
_BY_RANK = "Which line of your code depends on how many axes x has?"
_BY_ARGUMENT = "What does your code do with {name}, and what would it do with another?"


def which_cases(evidence: Evidence, cases: tuple[PlannedCase, ...]) -> tuple[str, str] | None:
    """What all wrong cases have and no right one has, or the other way round: words and a question."""
    wrong = [seen.case for seen in evidence.wrong] + [cases[index] for index in evidence.failed]
    right = [seen.case for seen in evidence.values if not seen.wrong.any()]
    if not wrong or not right:
        return None
    traits = list(_traits([*wrong, *right]))
    only = [t for t, has in traits if all(map(has, wrong)) and not any(map(has, right))]
    if only:
        return f"Everything is right except where {_told(only)}.", only[0].question
    only = [t for t, has in traits if all(map(has, right)) and not any(map(has, wrong))]
    return (f"Nothing is right except where {_told(only)}.", only[0].question) if only else None


def which_values(seen: Compared) -> tuple[str, str] | None:
    """Which part of one case's values is wrong, where a part of them is right: words and a question."""
    if seen.wrong.all() or not seen.wrong.any():
        return None
    for name, labels in _labels(seen):
        kinds = np.unique(labels)
        wrong = [kind for kind in kinds if seen.wrong[labels == kind].any()]
        right = [kind for kind in kinds if kind not in wrong]
        if not right or not all(seen.wrong[labels == kind].mean() > 1 / 2 for kind in wrong):
            continue
        if len(right) == 1 and len(wrong) > 1:
            return f"only {name} {right[0]} of {len(kinds)} is right", _of_part(name)
        if len(wrong) <= max(1, len(kinds) // 2):
            numbers = ", ".join(str(kind) for kind in wrong[:MOST_TOLD]) + (", ..." if len(wrong) > MOST_TOLD else "")
            return f"only {name} {numbers} of {len(kinds)} {'is' if len(wrong) == 1 else 'are'} wrong", _of_part(name)
    return _only_large(seen)


def _only_large(seen: Compared) -> tuple[str, str] | None:
    """Whether it is the outermost values that are wrong."""
    size = np.abs(seen.expected)
    least, most = float(size[seen.wrong].min()), float(size[~seen.wrong].max())
    if least <= most:
        return None
    return (
        f"only values beyond {most:.3g} in size are wrong",
        "Which step of yours treats large values in another way than small ones?",
    )


def _of_part(name: str) -> str:
    return f"What is different in your code from one {name} to the next?"


def _labels(seen: Compared) -> Iterator[tuple[str, np.ndarray]]:
    """Ways to divide the values, counted from 0: the groups of a position, the first axis, the channels."""
    shape = seen.got.shape
    if seen.reference.sharing is not None and shape:
        groups = len(np.unique(seen.sharing[(0,) * (len(shape) - 1)]))
        yield "group", seen.sharing % groups
    if len(shape) > 1:
        yield "row", np.broadcast_to(np.arange(shape[0]).reshape(-1, *[1] * (len(shape) - 1)), shape)
    if shape:
        yield "channel", np.broadcast_to(np.arange(shape[-1]), shape)


def _traits(cases: list[PlannedCase]) -> Iterator[tuple[Trait, Callable[[PlannedCase], bool]]]:
    yield from _TRAITS
    for rank in sorted({case.x.ndim for case in cases}):
        yield Trait(f"x has {rank} {'axis' if rank == 1 else 'axes'}", _BY_RANK), lambda c, r=rank: c.x.ndim == r
        yield Trait(f"x has {rank} axes or more", _BY_RANK), lambda c, r=rank: c.x.ndim >= r > 1
        yield Trait(f"x has {rank} axes or fewer", _BY_RANK), lambda c, r=rank: c.x.ndim <= r
    for name in sorted({name for case in cases for name in case.arguments}):
        for value in sorted({case.arguments[name] for case in cases}):
            trait = Trait(f"{name}={value:g}", _BY_ARGUMENT.format(name=name))
            yield trait, lambda c, n=name, v=value: c.arguments[n] == v
        trait = Trait(f"{name} is left to its default", f"Which default has your {name}?")
        yield trait, lambda c, n=name: n not in c.case.arguments


def _told(traits: list[Trait]) -> str:
    """The first; and as nobody can tell from these cases which of them matters, the others too."""
    first, *others = (trait.words for trait in traits[:MOST_TOLD])
    return f"{first} (the same cases in which {' and '.join(others)})" if others else first


def _mean(case: PlannedCase) -> float:
    return abs(float(case.x.astype(np.float64).mean()))


def _spread(case: PlannedCase) -> float:
    return float(case.x.astype(np.float64).std())


def _along_last(case: PlannedCase) -> float:
    return float(np.ptp(case.x.astype(np.float64), axis=-1).max())
