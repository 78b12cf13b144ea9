"""Situations: what a traced program is evaluated on, beyond the visible cases.

A visible case costs a compilation in the submission's process; a situation costs the judge a millisecond. A situation
is a visible case with some of its traits exchanged for those of other cases: its number of groups, eps, dtype,
parameters, and what is asked of it. Of all that can be made so, a few programs are chosen such that any two traits
meet in one of them, and each meets every distribution of the exercise: a program that is right in one branch and wrong
in another is caught wherever the branch lies.
"""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from grader.course import Arguments, Draw, Gradient, Value
from grader.course.inputs import Given
from grader.course.loader import Loaded
from grader.plan.cases import Plan, PlannedCase
from grader.plan.draws import draw

MOST = 16  # programs that a submission is asked for
MODERATE = (8.0, 1.0)  # a mean beside which half precision still tells values apart
GROUPS = ("num_groups", "groups")  # what the sources call the argument

Traits = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class Variations:
    """What the worker is asked to trace, and the situations that the program is evaluated on.

    Attributes:
      index: The visible case that it is a variation of.
      message: What the worker is told: no value of any input.
      situations: The case with other traits and other numbers.
    """

    index: int
    message: dict[str, Any]
    situations: tuple[PlannedCase, ...]


def situations(exercise: Loaded, plan: Plan) -> tuple[Variations, ...]:
    """What to trace, at most ``MOST``, and on what to evaluate it."""
    if exercise.spec.entry.kind == "training":
        return ()
    able: dict[Traits, tuple[int, PlannedCase]] = {}
    for index, planned in enumerate(plan.cases):
        for asked in _exchanged(planned, plan):
            able.setdefault(_traits(asked), (index, asked))
    distributions = _distributions(plan)
    return tuple(_variations(exercise, *able[traits], distributions) for traits in _covering(able))


def _covering(able: Collection[Traits]) -> Iterator[Traits]:
    """A few in which any two traits meet that meet at all, those that bring most together first."""
    pairs = {traits: frozenset(combinations(traits, 2)) for traits in able}
    left = frozenset[Any]().union(*pairs.values())
    for _ in range(MOST):
        if not left:
            return
        best = max(pairs, key=lambda traits: len(pairs[traits] & left))
        left -= pairs[best]
        yield best


def _traits(asked: PlannedCase) -> Traits:
    """What a program can branch on while it is traced."""
    check, channels, groups = asked.case.check, asked.channels, asked.num_groups
    assert isinstance(asked.case.x, Draw)
    return (
        ("rank", asked.x.ndim),
        ("one sample", asked.x.ndim > 1 and asked.x.shape[0] == 1),
        ("groups", groups if groups == 1 else "channels" if groups == channels else "some"),
        ("dtype", asked.case.x.dtype),
        ("parameters", tuple(sorted(asked.case.parameters))),
        ("gradient", check.of if isinstance(check, Gradient) else ""),
        *((name, value) for name, value in asked.arguments.items() if name not in GROUPS),
    )


def _exchanged(planned: PlannedCase, plan: Plan) -> Iterator[PlannedCase]:
    """The case with its traits and with those of others."""
    if not _fits(planned):
        return
    for check in _checks(planned, plan):
        for arguments in _arguments(planned, plan):
            for dtype in dict.fromkeys([planned.x.dtype.name, *_dtypes(plan)]):
                for parameters in _parameters(planned, plan):
                    yield _with(planned, check, arguments, dtype, parameters)


def _fits(planned: PlannedCase) -> bool:
    check, x = planned.case.check, planned.case.x
    runs = isinstance(check, Gradient) or (isinstance(check, Value) and check.transform in ("eager", "jit"))
    return runs and isinstance(x, Draw) and not x.same_along and planned.case.shards is None


def _checks(planned: PlannedCase, plan: Plan) -> Iterator[Value | Gradient]:
    """The case's own check, and the gradient of x where the exercise asks for one anywhere."""
    check = planned.case.check
    if isinstance(check, Value):
        yield replace(check, untouched=False)  # a program changes nothing in place
    elif isinstance(check, Gradient):
        yield check
    asked = any(isinstance(other.case.check, Gradient) and other.case.check.of == "x" for other in plan.cases)
    if isinstance(check, Value) and asked and not check.flatten:
        yield Gradient(cotangent=Draw(shape=planned.x.shape, dtype=planned.x.dtype.name))


def _arguments(planned: PlannedCase, plan: Plan) -> Iterator[dict[str, Any]]:
    """What the case passes; then with the least and the largest eps, and with one group, and one for each channel."""
    given = dict(planned.case.arguments)
    all_eps = [case.arguments["eps"] for case in plan.cases if "eps" in case.arguments]
    groups = next((name for name in GROUPS if name in planned.arguments), "")
    numbers = [1, planned.channels] if groups and planned.channels else []
    for eps in [{}, *({"eps": value} for value in (sorted({min(all_eps), max(all_eps)}) if all_eps else ()))]:
        for number in [{}, *({groups: number} for number in numbers)]:
            yield {**given, **eps, **number}


def _dtypes(plan: Plan) -> list[str]:
    return [planned.x.dtype.name for planned in plan.cases if _fits(planned)]


def _parameters(planned: PlannedCase, plan: Plan) -> Iterator[dict[str, Given]]:
    """The case's own parameters; else those that others give, for as many channels."""
    given = dict(planned.case.parameters)
    yield given
    other: dict[str, Given] = {}
    for case in plan.cases:
        for name, value in case.case.parameters.items():
            if isinstance(value, Draw) and value.shape == (planned.channels,):
                other.setdefault(name, value)
    if not given and other:
        yield other


def _distributions(plan: Plan) -> Sequence[tuple[float, float]]:
    """Mean and standard deviation of each drawn input of the exercise, in the order of its cases."""
    given = (planned.case.x for planned in plan.cases if _fits(planned))
    return list(dict.fromkeys([*((x.mean, x.std) for x in given if isinstance(x, Draw)), MODERATE]))


def _with(
    planned: PlannedCase, check: Value | Gradient, given: Arguments, dtype: str, parameters: dict[str, Given]
) -> PlannedCase:
    x = planned.case.x
    assert isinstance(x, Draw)
    if isinstance(check, Gradient) and isinstance(check.cotangent, Draw):
        check = replace(check, cotangent=replace(check.cotangent, dtype=dtype))
    case = replace(
        planned.case, check=check, arguments=dict(given), x=replace(x, dtype=dtype), parameters=dict(parameters)
    )
    return replace(planned, case=case, arguments={**planned.arguments, **given})


def _variations(
    exercise: Loaded, index: int, asked: PlannedCase, distributions: Sequence[tuple[float, float]]
) -> Variations:
    """Draws the inputs of a program."""
    beside_eps = [(0.0, 2.0 ** round(math.log2(asked.arguments["eps"]) / 2))] if asked.arguments.get("eps") else []
    found = [_drawn(exercise, asked, n, *d) for n, d in enumerate(dict.fromkeys([*distributions, *beside_eps]))]
    body, arrays = found[0].message()
    forms = {name: [array.dtype.name, list(array.shape)] for name, array in arrays.items()}
    return Variations(index=index, message={"case": body, "forms": forms}, situations=tuple(found))


def _drawn(exercise: Loaded, asked: PlannedCase, number: int, mean: float, std: float) -> PlannedCase:
    given, check = asked.case.x, asked.case.check
    assert isinstance(given, Draw)
    x = replace(given, mean=mean, std=std)
    key = f"{exercise.slug}/{asked.case.name}/situation {number}"

    def drawn(what: Given, name: str) -> np.ndarray:
        return draw(what, seed=asked.seed, key=f"{key}/{name}")

    return replace(
        asked,
        case=replace(asked.case, x=x),
        x=drawn(x, "x"),
        parameters={name: drawn(what, name) for name, what in asked.case.parameters.items()},
        cotangent=drawn(check.cotangent, "cotangent") if isinstance(check, Gradient) else None,
    )
