"""Wrong ideas that the judge can run, and other right programs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from grader.course.inputs import Arguments, Arrays

Parts = Mapping[str, Callable[..., Any]]
"""Parts of a formula by name, as ``Exercise.assemble`` puts them together."""


@dataclass(frozen=True, kw_only=True)
class Misconception:
    """A named wrong idea, as code that the judge can run.

    Set only what the idea gets wrong. Where its values, parameters or gradients are right, leave the field out.

    Attributes:
      name: An identifier, unique within the exercise.
      title: A few words that complete "The mistake: ...".
      text: A paragraph for the learner. It explains without showing the solution, and ends in a question.
      value: What the wrong idea computes, in the signature of ``Reference.value``.
      parts: The parts of the formula that it gets wrong, from which ``Exercise.assemble`` makes ``value``. Two ideas
        that have no part in common can occur together.
      also: Other wrong parts that express the same idea, such as the same wrong denominator with eps elsewhere.
      parameters: The parameters that it makes at initialisation.
      defaults: Arguments whose default differs from the entry's.
      gradient: What a ``Gradient`` check with respect to x gets.
      gradients: What a ``Gradient`` check gets, for each parameter.
      residuals: How many numbers of x's dtype a ``Residuals`` check sees, at least.
      sent: How many numbers of x's dtype a ``Sent`` check sees, at least.
      rounding: Set if the formula is right on paper and only its rounding is wrong, so that no two programs give the
        same answer: "cancellation" if digits cancel when the mean is large, "half" if a float32 input is computed in
        half precision. ``value`` is then one example.
      source: A whole submission with this idea, if no formula gives its answer, as after training.
      shown: Whether an answer shows such an idea: called with the arrays, which hold the expected "value", and with the
        answer's arrays.
    """

    name: str
    title: str
    text: str
    value: Callable[[Arrays, Arguments], np.ndarray] | None = None
    parts: Parts = field(default_factory=dict)
    also: tuple[Parts, ...] = ()
    parameters: Callable[[Arrays, Arguments], dict[str, np.ndarray]] | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    gradient: Callable[[Arrays, Arguments], np.ndarray] | None = None
    gradients: Mapping[str, Callable[[Arrays, Arguments], np.ndarray]] = field(default_factory=dict)
    residuals: Callable[[Arrays, Arguments], int] | None = None
    sent: Callable[[Arrays, Arguments], int] | None = None
    rounding: Literal["", "cancellation", "half"] = ""
    source: str = ""
    shown: Callable[[Arrays, Arrays], bool] | None = None

    @property
    def of_values(self) -> bool:
        """Whether the idea shows in values or parameters, so that an answer can be compared with its own."""
        return not (self.rounding or self.gradient or self.gradients or self.residuals or self.sent or self.source)


@dataclass(frozen=True, kw_only=True)
class RightVariant:
    """Another correct way to write the solution, as the text of a whole submission. It must pass every case."""

    name: str
    source: str
