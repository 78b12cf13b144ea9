"""Whether the same input gives the same output whatever was computed before: few cases, answered once more.

The submission is loaded anew and answers them first, so that a value that it keeps from an earlier call shows, be it
from the first call or from the last. Which cases: of wrong ones those whose values are wrong, since there it shows
most; else the last, since most calls went before. Two of them cost little; all of them would double a run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from grader.course import Arrays, Value
from grader.findings.of_case import NotRepeated
from grader.judge import outputs
from grader.judge.comparison import FLOATS, Comparison
from grader.plan.cases import Plan

CASES = 2  # that are answered once more


def to_repeat(plan: Plan, wrong: Sequence[int] = ()) -> tuple[int, ...]:
    """Indices of the cases to repeat, the last first; none for a training, which costs too much.

    Args:
      plan: the cases.
      wrong: indices of those whose values are wrong, as far as that is known.
    """
    if plan.entry.kind == "training":
        return ()
    able = [i for i, c in enumerate(plan.cases) if isinstance(c.case.check, Value) and c.x.size and not c.case.shards]
    able = [i for i in able if i in wrong] or able
    compiled = [plan.cases[i].case.check.asked()["transform"] != "eager" for i in able]
    return tuple(i for _, i in sorted(zip(compiled, able, strict=True), key=lambda at: (at[0], -at[1]))[:CASES])


def repeated(comparison: Comparison, again: Mapping[int, Arrays]) -> Comparison:
    """The comparison, wrong where the case was answered once more and has another answer."""
    answered, other = comparison.answered, again.get(comparison.index)
    if not (answered and other) or _same(comparison, answered, other):
        return comparison
    return replace(comparison, outcome="wrong", finding=NotRepeated())


def _same(comparison: Comparison, answered: Arrays, other: Arrays) -> bool:
    """Whether two answers differ by no more than their rounding may; what cannot be compared counts as the same."""
    first, second = (outputs.laid_out(given, _parts(comparison)) for given in (answered, other))
    if first is None or second is None or comparison.values is None or second.dtype.name not in FLOATS:
        return True
    if first.size != second.size:
        return False
    one, two = (given.astype(np.float64).ravel() for given in (first, second))
    with np.errstate(all="ignore"):
        near = np.abs(one - two) <= 2 * comparison.values.allowed.ravel()  # each may be off by as much
    return bool((near | (one == two) | (np.isnan(one) & np.isnan(two))).all())


def _parts(comparison: Comparison) -> outputs.Parts | None:
    return comparison.values.parts if comparison.values else None
