"""The judge's own answer: expected values, their sensitivity to rounding, and the values on the way to them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from grader.course.inputs import Arguments, Arrays

ValueFunction = Callable[[Arrays, Arguments], np.ndarray]
MovedFunction = Callable[[Arrays, Arguments, float], np.ndarray]
Landmarks = tuple[tuple[str, np.ndarray], ...]


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The expected answer, in float64 NumPy, two-pass, written from the formula.

    Attributes:
      value: The expected output. If the entry returns several arrays, all of them laid end to end (``end_to_end``).
      moved: The output's first-order error bound, which the tolerance is a multiple of: how far the output moves when
        every input and parameter moves by one unit in the last place. The third argument is the dtype's machine
        epsilon. Sum |d output / d value| * |value| * epsilon over the inputs, and over intermediate values that every
        algorithm rounds; then take the maximum over the outputs that share statistics. Same shape as the output.
        ``by_differences`` makes it of ``value``.
      parameters: The parameters right after initialisation, or those of a function when they are not given.
      returns: Names and shapes of the arrays, if the entry returns a tuple of several; None for one array.
      mean_over_spread: For each output that is a variance, the mean of the values behind it divided by their standard
        deviation; NaN for the others. None if no output is a variance.
      sharing: An integer for each output, equal where outputs share statistics, counted up from 0 along the last axis
        and then over positions. None if none do.
      landmarks: Values on the way to the output, in order: (name in a learner's words, value). They let a report name
        the first wrong line. A name may come more than once, for equivalent values. Values that only some right
        programs compute have the empty name.
      pieces: What a right program computes of each piece of a sharded input, with the pieces along the first axis.
        These values help only if devices exchange them.
      gradient: The expected ``Gradient`` with respect to x; the arrays then hold a "cotangent" too. None if no case
        asks for it.
      gradient_moved: The gradient's error bound, as ``moved``.
      inside: A dtype wider than x's in which a right program computes, if it must. It rounds once, at the end: the
        output must have exactly x's dtype, and may err by that one rounding. Empty if x's own precision is enough.
      gradients: For each parameter that a case asks for, its ``gradient`` and ``gradient_moved``.
      gradient_landmarks: The ``landmarks`` of the backward pass. The last argument is "x" or a parameter.
    """

    value: ValueFunction
    moved: MovedFunction
    parameters: Callable[[Arrays, Arguments], dict[str, np.ndarray]] = lambda arrays, arguments: {}
    returns: Callable[[Arrays, Arguments], tuple[tuple[str, tuple[int, ...]], ...]] | None = None
    mean_over_spread: ValueFunction | None = None
    sharing: ValueFunction | None = None
    landmarks: Callable[[Arrays, Arguments], Landmarks] | None = None
    pieces: Callable[[Arrays, Arguments], tuple[np.ndarray, ...]] | None = None
    gradient: ValueFunction | None = None
    gradient_moved: MovedFunction | None = None
    inside: str = ""
    gradients: Mapping[str, tuple[ValueFunction, MovedFunction]] = field(default_factory=dict)
    gradient_landmarks: Callable[[Arrays, Arguments, str], Landmarks] | None = None

    def differentiated(self, of: str = "x") -> "Reference":
        """The reference for the gradient with respect to x or a parameter.

        Raises:
          ValueError: If there is none.
        """
        passed, landmarks = self.gradient_landmarks, None
        if passed is not None:
            landmarks = lambda arrays, arguments: passed(arrays, arguments, of)  # noqa: E731 - bound to ``of``
        if of in self.gradients:
            value, moved = self.gradients[of]
            return replace(self, value=value, moved=moved, sharing=None, landmarks=landmarks)
        if of != "x" or self.gradient is None or self.gradient_moved is None:
            raise ValueError(f"the reference has no gradient with respect to {of}, and a case asks for it")
        return replace(self, value=self.gradient, moved=self.gradient_moved, landmarks=landmarks)


def end_to_end(*arrays: np.ndarray) -> np.ndarray:
    """Lays several arrays end to end: the value of an entry that returns a tuple."""
    return np.concatenate([np.ravel(array) for array in arrays])
