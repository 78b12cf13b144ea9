"""A right program beside the reference solution: its error, what its gradient keeps, and its passes over x."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.course import Value
from grader.course.loader import Loaded
from grader.pipeline import run_and_compare
from grader.plan.cases import Plan, make_plan
from grader.sandbox.base import Look, Runner
from grader.sandbox.transcript import GIVEN, Step, Traced
from grader.submission.reading import Submission

REDUCTIONS = ("reduce", "argm", "dot_general", "cum", "conv", "scatter", "sort", "scan", "while")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a run shows of a program.

    Attributes:
      right: whether every case is.
      margin: the largest error, in units of what is allowed.
      worst: name of the case it is in.
      case: name of the case that was looked into; empty where no case can be.
      passes: how often x is gone through; None where the program could not be traced.
      residuals: what the gradient keeps, in bytes over the bytes of x; None where there is no gradient.
    """

    right: bool
    margin: float
    worst: str
    case: str
    passes: int | None
    residuals: float | None


def measured(exercise: Loaded, submission: Submission, *, seed: int, runner: Runner) -> Measured:
    """Runs a submission as for a verdict, and has a look at one case besides."""
    plan = make_plan(exercise, seed=seed)
    look = _largest(plan)
    asked = None if look is None else Look(look, residuals=True)
    run, found = run_and_compare(exercise, plan, submission, runner, look=asked)
    traced = run.transcript.traced if asked else None
    margin, worst = max(((c.margin or 0.0, c.case.case.name) for c in found), default=(0.0, ""))
    return Measured(
        right=run.ending.kind == "finished" and all(c.outcome == "right" for c in found),
        margin=margin,
        worst=worst,
        case="" if look is None else plan.cases[look].case.name,
        passes=_passes(traced),
        residuals=_residuals(plan, traced),
    )


def passes(steps: Sequence[Step], outputs: Sequence[int]) -> int:
    """How often x must be read from beginning to end, if all that can be is done on the way.

    A sum over x is known when x has been read to its end; what is computed from x and that sum needs x once more. The
    arguments, and what is made of them value by value, are data; what a reduction gives is a statistic. Sums that a
    program adds up by itself, value by value, are not seen as such.

    Args:
      steps: the program's values, in order.
      outputs: indices of those that are returned.
    """
    known: list[tuple[bool, int]] = []  # of each step: whether it is data, and after how many passes it can be had
    for step in steps:
        inputs = [(True, 0) if at == GIVEN else known[at] for at in step.inputs]
        after = max((passed for _, passed in inputs), default=0)
        data = any(is_data for is_data, _ in inputs)
        if data and step.operation.startswith(REDUCTIONS):
            known.append((False, 1 + max(passed for is_data, passed in inputs if is_data)))
        else:
            known.append((data, after))
    return max((after + is_data for is_data, after in (known[at] for at in outputs)), default=1)


def _largest(plan: Plan) -> int | None:
    """Index of the case with the most values that a plain call or a stream is asked for, or else a call under jit."""
    for transforms in (("eager", "stream"), ("jit",)):
        sizes = {
            index: planned.x.size
            for index, planned in enumerate(plan.cases)
            if isinstance(planned.case.check, Value) and planned.case.check.transform in transforms
        }
        if sizes:
            return max(sizes, key=lambda index: sizes[index])
    return None


def _passes(traced: Traced | None) -> int | None:
    if traced is None or traced.problem or not traced.outputs:
        return None
    return passes(traced.steps, traced.outputs)


def _residuals(plan: Plan, traced: Traced | None) -> float | None:
    if traced is None or traced.residuals is None or not 0 <= traced.case < len(plan.cases):
        return None
    return traced.residuals / plan.cases[traced.case].x.nbytes
