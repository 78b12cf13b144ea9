"""One case's answer beside what was expected: made once, and read by whoever has something to say of it."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from grader.course import Arrays, Reference
from grader.findings.base import Finding
from grader.findings.of_case import OffBy
from grader.judge import outputs
from grader.judge.tolerance import allowed_error
from grader.plan.cases import PlannedCase

Outcome = Literal["right", "wrong", "skipped", "not_checked"]
FLOATS = ("bfloat16", "float16", "float32", "float64")
LAST_DIGITS = 1e-4  # a relative error below this is rarely a wrong formula


@dataclass(frozen=True, eq=False)
class Values:
    """The values of an answer beside the exact ones, float64, in the shape of the output.

    Attributes:
      index: the case's place in the plan.
      case: what was asked.
      reference: gives what was expected; for a gradient, the differentiated one.
      arrays: the input and the parameters.
      got: the answer.
      expected: the exact output.
      allowed: the largest error that is accepted.
    """

    index: int
    case: PlannedCase
    reference: Reference
    arrays: Arrays
    got: np.ndarray
    expected: np.ndarray
    allowed: np.ndarray

    @cached_property
    def margins(self) -> np.ndarray:
        """Each error in units of what is allowed there."""
        return margins(self.got, self.expected, self.allowed)

    @cached_property
    def wrong(self) -> np.ndarray:
        """Where the answer is wrong."""
        return self.margins > 1

    @cached_property
    def added(self) -> Arrays:
        """The parameters that are added last, in the shape of the output: what they add is what they are."""
        found = {}
        for name, array in self.arrays.items():
            if name == "x" or not array.any() or (lined_up := self.along_channels(array)) is None:
                continue
            without = self.reference.value({**self.arrays, name: np.zeros_like(array)}, self.case.arguments)
            if np.allclose(self.expected - without, lined_up):
                found[name] = lined_up
        return found

    @cached_property
    def parts(self) -> outputs.Parts | None:
        """Names and shapes of the arrays that lie end to end here; None where it is one."""
        return outputs.parts(self.reference, self.arrays, self.case.arguments)

    @cached_property
    def channel_axis(self) -> int | None:
        """Which axis of the output holds the channels; None where there is none such."""
        axis, x = self.case.channel_axis, self.case.x
        return None if axis is None or self.got.shape != x.shape or not x.ndim else axis % x.ndim

    @cached_property
    def channels(self) -> np.ndarray | None:
        """Each element's channel; None where there are none."""
        if self.channel_axis is None:
            return None
        return self.along_channels(np.arange(self.got.shape[self.channel_axis]))

    @cached_property
    def sharing(self) -> np.ndarray:
        """An integer for each element, equal where elements share statistics."""
        if self.reference.sharing is None:
            return np.zeros(self.got.shape, np.int64)
        return self.reference.sharing(self.arrays, self.case.arguments)

    def along_channels(self, array: np.ndarray) -> np.ndarray | None:
        """Values of the channels, or of all axes, in the shape of the output; None where they do not line up."""
        shape = self.expected.shape
        if array.ndim == 1 and self.channel_axis is not None:
            array = array.reshape([-1 if axis == self.channel_axis else 1 for axis in range(len(shape))])
        try:
            return np.broadcast_to(array, shape)
        except ValueError:
            return None


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """What one case's answer amounts to.

    Attributes:
      index: the case's place in the plan.
      case: what was asked.
      outcome: right, wrong or not checked, as far as this answer goes.
      finding: why it is not right; None where it is.
      margin: the largest error in units of what is allowed; None where no values were compared.
      answered: the arrays that came back, by name; a program may make none. None where it broke.
      values: the answer's values beside the expected ones; None where its size or dtype forbid to compare any.
    """

    index: int
    case: PlannedCase
    outcome: Outcome
    finding: Finding | None = None
    margin: float | None = None
    answered: Arrays | None = None
    values: Values | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Judged:
    """What a check says of an answer; the fields are those of ``Comparison``."""

    outcome: Outcome
    finding: Finding | None = None
    margin: float | None = None
    values: Values | None = None


def wrong(finding: Finding, margin: float | None = None, values: Values | None = None) -> Judged:
    """The answer is wrong, for this reason."""
    return Judged(outcome="wrong", finding=finding, margin=margin, values=values)


def float64_arrays(case: PlannedCase, reference: Reference) -> Arrays:
    """Input and parameters as the reference takes them: those of a fresh initialisation, and the case's own."""
    arrays = {"x": case.x.astype(np.float64)}
    given = {**reference.parameters(arrays, case.arguments), **case.parameters}
    weights = {} if case.cotangent is None else {"cotangent": case.cotangent}
    return {**arrays, **{name: array.astype(np.float64) for name, array in {**given, **weights}.items()}}


def beside(index: int, case: PlannedCase, reference: Reference, answered: Arrays, arrays: Arrays) -> Values | None:
    """An answer's values beside the expected ones; None where its number of arrays, size or dtype forbid it."""
    given = [array for name, array in answered.items() if name == "value" or name.startswith("value/")]
    value = outputs.laid_out(answered, outputs.parts(reference, arrays, case.arguments))
    if value is None or any(array.dtype.name not in FLOATS for array in given):
        return None
    expected = reference.value(arrays, case.arguments)
    if value.size != expected.size:
        return None
    allowed = allowed_error(reference, arrays, case.arguments, case.x.dtype, expected)
    got = value.astype(np.float64).reshape(expected.shape)
    return Values(index, case, reference, arrays, got, expected, allowed)


def margins(got: np.ndarray, expected: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Each error of float64 arrays of one shape in units of what is allowed there.

    NaN is as wrong as can be; an allowance of 0 asks for equality.
    """
    with np.errstate(all="ignore"):
        error = np.abs(got - expected)
        error = np.where(np.isnan(error), np.inf, error)
        return np.where(error == 0, 0.0, error / allowed)


def close(got: np.ndarray, expected: np.ndarray, allowed: np.ndarray) -> bool:
    """Whether no error is larger than is allowed."""
    return float(margins(got, expected, allowed).max(initial=0.0)) <= 1


def compared(values: Values, *, flat: bool = False) -> Judged:
    """The verdict on values whose shape and dtype are right.

    Args:
      values: them.
      flat: whether an index counts the flattened output.
    """
    of = values.margins.ravel() if flat else values.margins
    margin = float(of.max(initial=0.0))
    if margin <= 1:
        return Judged(outcome="right", margin=margin, values=values)
    at = tuple(int(i) for i in np.unravel_index(int(of.argmax()), of.shape))
    got, expected, allowed = (float(a.reshape(of.shape)[at]) for a in (values.got, values.expected, values.allowed))
    with np.errstate(all="ignore"):
        error = float(np.abs(np.float64(got) - expected))
    error = np.inf if np.isnan(error) else error
    part, index = outputs.place(at, values.parts)
    finding = OffBy(
        index=index,
        part=part,
        expected=expected,
        got=got,
        error=error,
        allowed=allowed,
        count=int((of > 1).sum()),
        size=of.size,
        rounding_only=error < LAST_DIGITS * abs(expected),
    )
    return wrong(finding, margin, values)


def agreed(found: list[Comparison]) -> list[Comparison]:
    """What is small in one case is no matter of rounding if another is far off: the formula is wrong."""
    faults = [comparison.finding for comparison in found if comparison.outcome == "wrong"]
    if all(isinstance(fault, OffBy) and fault.rounding_only for fault in faults):
        return found
    return [
        replace(c, finding=replace(c.finding, rounding_only=False)) if isinstance(c.finding, OffBy) else c
        for c in found
    ]
