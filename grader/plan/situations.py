"""Situations: what a traced program is evaluated on, beyond the visible cases.

A visible case costs a compilation in the submission's process; a situation costs the judge a millisecond. So every
shape and every set of arguments that the exercise's cases have meets every distribution that they have, and an eps that
matters: a program that is right in one branch and wrong in another is caught wherever the branch lies.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.course import Draw, Gradient, Value
from grader.course.loader import Loaded
from grader.plan.cases import Plan, PlannedCase
from grader.plan.draws import draw

MOST = 16  # programs that a submission is asked for
MODERATE = (8.0, 1.0)  # a mean beside which half precision still tells values apart


@dataclass(frozen=True, kw_only=True)
class Variations:
    """What the worker is asked to trace, and the situations that the program is evaluated on.

    Attributes:
      index: The visible case whose shape and arguments it has.
      message: What the worker is told: no value of any input.
      situations: The case with other numbers.
    """

    index: int
    message: dict[str, Any]
    situations: tuple[PlannedCase, ...]


def situations(exercise: Loaded, plan: Plan) -> tuple[Variations, ...]:
    """What to trace, at most ``MOST``, and on what to evaluate it."""
    if exercise.spec.entry.kind == "training":
        return ()
    distributions = _distributions(plan)
    largest = max((case.arguments["eps"] for case in plan.cases if "eps" in case.arguments), default=None)
    found: dict[tuple[Any, ...], Variations] = {}
    for index, planned in enumerate(plan.cases):
        if not _fits(planned):
            continue
        for check in _checks(planned, plan):
            asked = _with(planned, check, largest)
            body, arrays = asked.message()
            forms = {name: [array.dtype.name, list(array.shape)] for name, array in arrays.items()}
            key = (repr(sorted(asked.arguments.items())), repr(forms), repr(sorted(body.items())))
            if key not in found and len(found) < MOST:
                varied = tuple(_drawn(exercise, asked, n, *d) for n, d in enumerate(distributions))
                found[key] = Variations(index=index, message={"case": body, "forms": forms}, situations=varied)
    return tuple(found.values())


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


def _distributions(plan: Plan) -> Sequence[tuple[float, float]]:
    """Mean and standard deviation of each drawn input of the exercise, in the order of its cases."""
    given = (planned.case.x for planned in plan.cases if _fits(planned))
    return list(dict.fromkeys([*((x.mean, x.std) for x in given if isinstance(x, Draw)), MODERATE]))


def _with(planned: PlannedCase, check: Value | Gradient, eps: float | None) -> PlannedCase:
    case = replace(planned.case, check=check)
    if isinstance(check, Gradient) and planned.cotangent is None:
        weights = draw(check.cotangent, seed=planned.seed, key=f"{planned.case.name}/cotangent")
        planned = replace(planned, cotangent=weights)
    if eps is None or "eps" not in planned.arguments:
        return replace(planned, case=case)
    return replace(
        planned,
        case=replace(case, arguments={**case.arguments, "eps": eps}),
        arguments={**planned.arguments, "eps": eps},
    )


def _drawn(exercise: Loaded, planned: PlannedCase, number: int, mean: float, std: float) -> PlannedCase:
    given = planned.case.x
    assert isinstance(given, Draw)
    x = replace(given, mean=mean, std=std)
    key = f"{exercise.slug}/{planned.case.name}/situation {number}/x"
    values: np.ndarray = draw(x, seed=planned.seed, key=key)
    return replace(planned, case=replace(planned.case, x=x), x=values)
