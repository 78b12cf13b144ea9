"""The typed shape of an exercise: frozen data that ``cases.py`` fills and the grader reads.

Arrays in a reference, its conditioning and a misconception are float64 NumPy, keyed by name: the entry's input
("x") and its parameters ("gamma", "beta"). Arguments are the entry's constructor arguments, already cast.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

Arrays = Mapping[str, np.ndarray]
Arguments = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a submission must define.

    Attributes:
      name: the name it must bear.
      kind: what it must be.
      arguments: constructor argument -> cast applied to the case's number (``int`` or ``float``).
      defaults: constructor argument -> its value where a case does not give it.
    """

    name: str
    kind: Literal["linen_module"]
    arguments: Mapping[str, Callable[[float], Any]]
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Draw:
    """An array drawn from the seed: bell-shaped within ``mean - 3.5 * std`` and ``mean + 3.5 * std``.

    Attributes:
      shape: its shape.
      dtype: name of its floating-point dtype; every value drawn is exact in it.
      mean: centre of the values.
      std: their standard deviation (within 2 %), a power of two so that scaling by it is exact.
      same_along_last: one value for all of the last axis, so that every group is constant.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    mean: float = 0.0
    std: float = 1.0
    same_along_last: bool = False


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """An array that is the same for every seed, such as a worked example's.

    Attributes:
      values: its values, flat.
      shape: its shape.
      dtype: name of its floating-point dtype.
    """

    values: tuple[float, ...]
    shape: tuple[int, ...]
    dtype: str = "float32"


@dataclass(frozen=True, kw_only=True)
class Value:
    """Checks shape, dtype and values of the output.

    Attributes:
      transform: how the module is applied: as it is, under ``jax.jit``, or mapped over the first axis by ``jax.vmap``.
      flatten: compare flattened outputs; the shape may then be any of the right size.
    """

    transform: Literal["eager", "jit", "vmap"] = "eager"
    flatten: bool = False


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Checks the parameter tree after initialisation: names, shapes and initial values."""


@dataclass(frozen=True, kw_only=True)
class Raises:
    """Checks that the call is refused with an ``Exception``, of whatever type."""


@dataclass(frozen=True, kw_only=True)
class Gradient:
    """Checks ``jax.grad`` of ``sum(cotangent * output)`` with respect to x, under ``jax.jit``: its values.

    Attributes:
      cotangent: weights of the outputs, in the output's shape.
    """

    cotangent: Draw


@dataclass(frozen=True, kw_only=True)
class Case:
    """One graded situation.

    Attributes:
      name: unique within the exercise; shown to the learner.
      check: what is asked.
      arguments: the entry's arguments as plain numbers, before the entry's casts.
      x: the input of the call.
      parameters: values for the entry's parameters; when empty, the module is initialised and its own are used.
      points: what a right answer earns.
      needs: names of earlier cases; unless all are right, this one is skipped.
    """

    name: str
    check: Value | Parameters | Raises | Gradient
    arguments: Mapping[str, float]
    x: Draw | Fixed
    parameters: Mapping[str, Draw | Fixed] = field(default_factory=dict)
    points: float = 1.0
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The judge's own answer, float64 NumPy, two-pass, written from the formula.

    Attributes:
      value: the expected output.
      moved: how far the output moves when each input and parameter moves by one unit in the last place, given the
        dtype's spacing at 1 (its machine epsilon): the sum over inputs, and over intermediate values that every
        algorithm rounds, of |d output / d value| * |value| * epsilon, then the maximum over all outputs that share
        statistics. Same shape as the output.
      parameters: the entry's parameters right after initialisation.
      gradient: what ``Gradient`` asks for; the arrays then hold a "cotangent" too. None where no case asks for it.
      gradient_moved: how far that moves, as ``moved``.
      landmarks: values that right programs pass through, in order: (name in a learner's words, value). A name may come
        more than once, for values that serve as well; without a name are those on some right ways only.
      sharing: an integer for each element of the output, equal where elements share statistics, counted up from 0 along
        the last axis and then over positions; None if none do.
    """

    value: Callable[[Arrays, Arguments], np.ndarray]
    moved: Callable[[Arrays, Arguments, float], np.ndarray]
    parameters: Callable[[Arrays, Arguments], dict[str, np.ndarray]]
    sharing: Callable[[Arrays, Arguments], np.ndarray] | None = None
    landmarks: Callable[[Arrays, Arguments], tuple[tuple[str, np.ndarray], ...]] | None = None
    gradient: Callable[[Arrays, Arguments], np.ndarray] | None = None
    gradient_moved: Callable[[Arrays, Arguments, float], np.ndarray] | None = None

    def differentiated(self) -> "Reference":
        """The reference for the gradient.

        Raises:
          ValueError: if it has none.
        """
        if self.gradient is None or self.gradient_moved is None:
            raise ValueError("the exercise asks for a gradient, and its reference has no gradient and gradient_moved")
        return replace(self, value=self.gradient, moved=self.gradient_moved)


@dataclass(frozen=True, kw_only=True)
class Misconception:
    """A named wrong idea, as code that the judge can run.

    Attributes:
      name: identifier, unique within the exercise.
      title: a few words that complete "this is ...".
      text: a paragraph for the learner that never contains the solution; it ends in a question that leads on.
      value: what the wrong idea computes, with the reference's signature; None where its values are right.
      parts: of which formula parts ``value`` is put together, by ``Exercise.assemble``; two ideas without a common part
        may be had at once.
      also: other parts that express the same idea, such as the same wrong denominator with eps elsewhere.
      parameters: the parameters it makes at initialisation; None where those are right.
      defaults: arguments that have another default than the entry's.
      gradient: what ``Gradient`` gets, where the values are right and the gradient is not.
      rounding: set where the formula is right on paper and only rounding tells, so that no two programs answer alike:
        "cancellation", where digits are lost when the mean is large beside the spread, or "half", where float32 is
        computed in half precision. ``value`` then is an example.
    """

    name: str
    title: str
    text: str
    value: Callable[[Arrays, Arguments], np.ndarray] | None = None
    parts: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    also: tuple[Mapping[str, Callable[..., Any]], ...] = ()
    parameters: Callable[[Arrays, Arguments], dict[str, np.ndarray]] | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    gradient: Callable[[Arrays, Arguments], np.ndarray] | None = None
    rounding: Literal["", "cancellation", "half"] = ""


@dataclass(frozen=True, kw_only=True)
class RightVariant:
    """Another correct way to write the solution: the text of a whole submission, which must pass."""

    name: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """All that ``cases.py`` says, as its ``SPEC``.

    Attributes:
      title: one line for the list.
      order: place in the course, ascending.
      entry: what a submission must define.
      reference: the judge's answer.
      cases: in the order in which they are graded and shown.
      misconceptions: wrong ideas; every one must be caught by a case.
      right_variants: other right programs; every one must pass every case.
      hints: ordered steps, none of which contains code.
      assemble: makes a misconception's value from its parts; None where misconceptions have none.
      operations: a submission of no merit that computes, one by one, what programs for the exercise commonly compute,
        to fill the grader's compile cache with.
      forbidden: what a submission may not call: "package.Name"; a bare package may not even be imported.
      seconds: wall-clock limit for a submission, from the moment its first line runs.
    """

    title: str
    order: int
    entry: Entry
    reference: Reference
    cases: tuple[Case, ...]
    misconceptions: tuple[Misconception, ...]
    right_variants: tuple[RightVariant, ...]
    hints: tuple[str, ...]
    assemble: Callable[[Mapping[str, Callable[..., Any]]], Callable[[Arrays, Arguments], np.ndarray]] | None = None
    operations: str = ""
    forbidden: tuple[str, ...] = ()
    seconds: float = 10.0
