"""What a wrong gradient shows, of a program whose values are right."""

from collections.abc import Sequence

import numpy as np

from grader.course import Arrays, Exercise, Gradient, Misconception, Reference
from grader.diagnosis.matching import named
from grader.findings.base import Finding
from grader.findings.of_errors import Diagnosis, GradientOther, GradientUndefined, GradientZero
from grader.judge.checks.gradient import gradient_of, gradient_of_what
from grader.judge.comparison import Comparison, Values, close


def of_gradients(exercise: Exercise, comparisons: Sequence[Comparison]) -> dict[int, Diagnosis]:
    """What explains each wrong gradient, by the case's index: an idea that fits all of them, or what can be seen."""
    asked = [
        c.values
        for c in comparisons
        if isinstance(c.case.case.check, Gradient) and c.values and _has_its_shape(c.values, c.answered or {})
    ]
    wrong = [seen for seen in asked if seen.wrong.any()]
    if not wrong:
        return {}
    ideas = [m for m in exercise.misconceptions if m.gradient or m.gradients]
    fits = [m for m in ideas if all(_is(seen, m, exercise.reference) for seen in asked)]
    if len(fits) == 1:
        return dict.fromkeys((seen.index for seen in wrong), named(fits[0]))
    return {seen.index: Diagnosis(observations=(_seen(seen.got),)) for seen in wrong}


def _has_its_shape(seen: Values, answered: Arrays) -> bool:
    value = answered.get("value")
    return value is not None and value.shape == seen.expected.shape


def _is(seen: Values, idea: Misconception, reference: Reference) -> bool:
    """Whether the gradient is the idea's; where the idea's is no number, it must be none either."""
    wanted = gradient_of(idea, gradient_of_what(seen.case), reference)(seen.arrays, seen.case.arguments)
    defined = np.isfinite(wanted)
    if not np.array_equal(np.isfinite(seen.got), defined):
        return False
    got, wanted = np.where(defined, seen.got, 0.0), np.where(defined, wanted, 0.0)
    # Where the idea makes it larger than it should be, its rounding is larger too.
    larger = max(1.0, float(np.abs(wanted).max() / max(np.abs(seen.expected).max(), np.finfo(float).tiny)))
    return close(got, wanted, larger * seen.allowed)


def _seen(got: np.ndarray) -> Finding:
    if not np.isfinite(got).all():
        return GradientUndefined()
    return GradientOther() if got.any() else GradientZero()
