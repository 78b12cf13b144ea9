"""What the answers to a run's cases show, made comparable once for all who look at it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from exercises.spec import Arrays, Parameters, Reference, Value
from grader import outputs
from grader.judge import FLOATS, float64_arrays
from grader.plan import PlannedCase
from grader.tolerance import allowed_error
from grader.transcript import Answer


@dataclass(frozen=True, eq=False)
class Compared:
    """One answered value beside the expected one.

    Attributes:
      index: the case's place in the plan.
      case: what was asked.
      got: the answer, float64, in the shape of the output.
      reference: gives what was expected.
    """

    index: int
    case: PlannedCase
    got: np.ndarray
    reference: Reference

    @cached_property
    def arrays(self) -> Arrays:
        """The input and the parameters, float64."""
        return float64_arrays(self.case, self.reference)

    @cached_property
    def expected(self) -> np.ndarray:
        """The exact output."""
        return self.reference.value(self.arrays, self.case.arguments)

    @cached_property
    def allowed(self) -> np.ndarray:
        """The largest error that is accepted."""
        return allowed_error(self.reference, self.arrays, self.case.arguments, self.case.x.dtype)

    @cached_property
    def wrong(self) -> np.ndarray:
        """Where the answer is wrong."""
        with np.errstate(all="ignore"):
            return ~(np.abs(self.got - self.expected) <= self.allowed)

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


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that a run shows.

    Attributes:
      values: the answered values that can be compared.
      parameters: case and parameters made, for each case on parameters.
      failed: indices of cases on values that gave nothing to compare: an exception, a wrong size or dtype.
    """

    values: tuple[Compared, ...]
    parameters: tuple[tuple[PlannedCase, Arrays], ...]
    failed: tuple[int, ...]

    @cached_property
    def wrong(self) -> tuple[Compared, ...]:
        """The values that are wrong somewhere."""
        return tuple(seen for seen in self.values if seen.wrong.any())

    @cached_property
    def telling_first(self) -> tuple[Compared, ...]:
        """The wrong values before the right ones, and the small ones first: what an idea is tried on."""
        return tuple(sorted(self.values, key=lambda seen: (not seen.wrong.any(), seen.got.size)))


def gather(cases: tuple[PlannedCase, ...], answers: Mapping[int, Answer], reference: Reference) -> Evidence:
    """Sorts the answers to a run's cases.

    Args:
      cases: the plan's.
      answers: by the case's index, as far as there are any.
      reference: gives the shapes expected.
    """
    values, parameters, failed = [], [], []
    for index, answer in sorted(answers.items()):
        case = cases[index]
        match case.case.check:
            case Parameters() if answer.problem is None:
                made = {name: array for name, array in answer.arrays.items() if name != "value"}
                parameters.append((case, made))
            case Value():
                seen = None if answer.problem else _comparable(index, case, answer.arrays, reference)
                if seen is None:
                    failed.append(index)
                else:
                    values.append(seen)
    return Evidence(values=tuple(values), parameters=tuple(parameters), failed=tuple(failed))


def _comparable(index: int, case: PlannedCase, answered: Arrays, reference: Reference) -> Compared | None:
    """The value beside the expected one; None where its dtype or size forbid it."""
    if any(array.dtype.name not in FLOATS for name, array in answered.items() if name.startswith("value")):
        return None
    wanted = outputs.parts(reference, float64_arrays(case, reference), case.arguments)
    value = outputs.laid_out(answered, wanted)
    if value is None:
        return None
    seen = Compared(index, case, value.astype(np.float64), reference)
    if value.size != seen.expected.size:
        return None
    return replace(seen, got=seen.got.reshape(seen.expected.shape))
