"""The typed shape of an exercise: frozen data that ``cases.py`` fills and the grader reads.

Arrays in a reference, its conditioning and a misconception are float64 NumPy, keyed by name: the entry's input
("x") and its parameters ("gamma", "beta"). Arguments are the entry's other arguments, already cast: a module's
constructor takes them, or the function itself.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

Arrays = Mapping[str, np.ndarray]
Arguments = Mapping[str, Any]


class UnavailableError(Exception):
    """What an exercise's inputs are made from is not installed; the message says what, and how to get it."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a submission must define.

    Attributes:
      name: the name it must bear.
      kind: what it must be. A Linen module is built with the arguments, initialised and applied to x. An NNX module is
        built with the arguments and ``rngs``, its parameters are those of type ``nnx.Param``, and it is split and
        merged for each call. A function is called with x, and by name with the case's parameters and arguments. A
        training function is called with an iterator of batches (images, labels) and the arguments; what it returns is
        called with x.
      arguments: argument -> cast applied to the case's value (``int``, ``float``, ``bool`` or ``str``).
      defaults: argument -> its value where a case does not give it.
      arrays: what a function is given: ``jax.Array``, or ``numpy.ndarray`` where it may be written in either.
      channel_axis: which axis of x holds the channels; None where there are none.
    """

    name: str
    kind: Literal["linen_module", "nnx_module", "function", "training"]
    arguments: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    arrays: Literal["jax", "numpy"] = "jax"
    channel_axis: int | None = -1


@dataclass(frozen=True, kw_only=True)
class Draw:
    """An array drawn from the seed: bell-shaped within ``mean - 3.5 * std`` and ``mean + 3.5 * std``.

    Attributes:
      shape: its shape.
      dtype: name of its floating-point dtype; every value drawn is exact in it.
      mean: centre of the values.
      std: their standard deviation (within 2 %), a power of two so that scaling by it is exact.
      same_along: axes along which there is one value, so that groups are constant.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    mean: float = 0.0
    std: float = 1.0
    same_along: tuple[int, ...] = ()


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
class Made:
    """An array that a function makes, such as a part of a data set.

    Attributes:
      by: seed -> array of floating point or, for a mask, of booleans. Raises ``UnavailableError`` where what it is made
        from is not installed.
    """

    by: Callable[[int], np.ndarray]


Given = Draw | Fixed | Made


@dataclass(frozen=True, kw_only=True)
class Value:
    """Checks shape, dtype and values of the output.

    Attributes:
      transform: how the entry is applied: as it is, under ``jax.jit``, mapped over the first axis by ``jax.vmap``, or,
        under ``jax.jit`` too, to an iterator over the first axis: a stream, of which each part comes once.
      flatten: compare flattened outputs; the shape may then be any of the right size.
      untouched: refuse an answer if the call has changed the arrays that it was given.
    """

    transform: Literal["eager", "jit", "vmap", "stream"] = "eager"
    flatten: bool = False
    untouched: bool = False


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Checks the parameter tree after initialisation: names, shapes and initial values."""


@dataclass(frozen=True, kw_only=True)
class Raises:
    """Checks that the call is refused with an ``Exception``, of whatever type.

    Attributes:
      rule: why it must be: "12 channels do not split into num_groups=5".
      transform: "eager", or "forward": under ``jax.jvp``, which what has a ``jax.custom_vjp`` refuses.
    """

    rule: str
    transform: Literal["eager", "forward"] = "eager"


@dataclass(frozen=True, kw_only=True)
class Gradient:
    """Checks ``jax.grad`` of ``sum(cotangent * output)`` under ``jax.jit``: its values.

    Attributes:
      cotangent: weights of the outputs, in the output's shape.
      of: with respect to what: "x", or the name of a parameter that the case gives.
    """

    cotangent: Draw | Fixed
    of: str = "x"


@dataclass(frozen=True, kw_only=True)
class Residuals:
    """Checks how much ``jax.vjp`` keeps of a call for the way back, the parameters left out.

    It is measured in the submission's process, which could report another number: a guard against mistakes, and not
    against forgery. Points for it are few.

    Attributes:
      needed: how many numbers of x's dtype have to be kept. An eighth of x more is let pass.
    """

    needed: Callable[[Arrays, Arguments], int]


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """Checks what a trained classifier makes of x, against the reference's values: the right classes.

    The case's parameters are "images", shape (steps, batch, ...), and "labels", shape (steps, batch).

    Attributes:
      at_least: the share of x that must be classified right.
      classes: how many scores each of x gets.
      alone: how many of x are classified by themselves too; each must get the scores that it gets beside the others.
    """

    at_least: float
    classes: int
    alone: int = 0


@dataclass(frozen=True, kw_only=True)
class Sent:
    """Checks how much each device sends to the others in a call whose x is cut over devices.

    Counted is what a device gives to collective operations such as ``jax.lax.psum``, in the submission's process, which
    could report another number: see ``Residuals``.

    Attributes:
      needed: how many numbers of x's dtype have to be sent. Eight times as many are let pass.
    """

    needed: Callable[[Arrays, Arguments], int]


Check = Value | Parameters | Raises | Gradient | Residuals | Sent | Accuracy


@dataclass(frozen=True, kw_only=True)
class Shards:
    """How x is cut over devices: under ``jax.shard_map`` each calls the entry, a function, on its own piece.

    Attributes:
      mesh: the names of the mesh's axes, and how many devices lie along each; at most 4 devices in all.
      cut: for each axis of x, the axis of the mesh that it is cut along; "" where it is left whole.
    """

    mesh: Mapping[str, int]
    cut: tuple[str, ...]

    @property
    def devices(self) -> int:
        """How many there are."""
        return math.prod(self.mesh.values())

    def pieces(self, axis_name: str) -> tuple[int, int]:
        """The axis of x that is cut along this axis of the mesh, and into how many pieces."""
        return self.cut.index(axis_name), self.mesh[axis_name]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One graded situation.

    Attributes:
      name: unique within the exercise; shown to the learner.
      check: what is asked.
      arguments: the entry's arguments, before the entry's casts.
      x: the input of the call.
      parameters: values for the entry's parameters; when empty, a module is initialised and its own are used.
      points: what a right answer earns.
      needs: names of earlier cases; unless all are right, this one is skipped.
      shards: how x is cut over devices; None where one device has all of it. The check must then run under jit. The
        reference and the misconceptions find it among the arguments, as "shards"; the entry is not given it.
    """

    name: str
    check: Check
    arguments: Mapping[str, float | str]
    x: Given
    parameters: Mapping[str, Given] = field(default_factory=dict)
    points: float = 1.0
    needs: tuple[str, ...] = ()
    shards: Shards | None = None


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The judge's own answer, float64 NumPy, two-pass, written from the formula.

    Attributes:
      value: the expected output; of an entry that returns several arrays, all of them laid end to end (``end_to_end``).
      moved: how far the output moves when each input and parameter moves by one unit in the last place, given the
        dtype's spacing at 1 (its machine epsilon): the sum over inputs, and over intermediate values that every
        algorithm rounds, of |d output / d value| * |value| * epsilon, then the maximum over all outputs that share
        statistics. Same shape as the output.
      parameters: the entry's parameters right after initialisation, or a function's where they are not given.
      returns: names and shapes of the arrays, for an entry that returns a tuple of several; None for one array.
      mean_over_spread: for each element of the output that is a variance, how often the standard deviation goes into
        the mean of the values behind it; NaN for the others. None where no output is a variance.
      gradient: what ``Gradient`` asks for; the arrays then hold a "cotangent" too. None where no case asks for it.
      gradient_moved: how far that moves, as ``moved``.
      inside: dtype that a right program computes in, where that is wider than x's. It rounds once, at the end: the
        output must have exactly the dtype of x, and may err by that rounding. Empty where x's own precision will do.
      gradients: parameter -> the same two with respect to it, for cases that ask for that.
      gradient_landmarks: values that right programs pass through on the way back, as ``landmarks``; the last argument
        says to what: "x" or a parameter.
      landmarks: values that right programs pass through, in order: (name in a learner's words, value). A name may come
        more than once, for values that serve as well; without a name are those on some right ways only.
      pieces: values that right programs have of each piece of an input that is cut over devices, the pieces' along the
        first axis. They lead to something right only where devices tell them each other.
      sharing: an integer for each element of the output, equal where elements share statistics, counted up from 0 along
        the last axis and then over positions; None if none do.
    """

    value: Callable[[Arrays, Arguments], np.ndarray]
    moved: Callable[[Arrays, Arguments, float], np.ndarray]
    parameters: Callable[[Arrays, Arguments], dict[str, np.ndarray]] = lambda arrays, arguments: {}  # noqa: ARG005
    returns: Callable[[Arrays, Arguments], tuple[tuple[str, tuple[int, ...]], ...]] | None = None
    mean_over_spread: Callable[[Arrays, Arguments], np.ndarray] | None = None
    sharing: Callable[[Arrays, Arguments], np.ndarray] | None = None
    landmarks: Callable[[Arrays, Arguments], tuple[tuple[str, np.ndarray], ...]] | None = None
    pieces: Callable[[Arrays, Arguments], tuple[np.ndarray, ...]] | None = None
    gradient: Callable[[Arrays, Arguments], np.ndarray] | None = None
    gradient_moved: Callable[[Arrays, Arguments, float], np.ndarray] | None = None
    inside: str = ""
    gradients: Mapping[str, tuple[Callable[..., np.ndarray], Callable[..., np.ndarray]]] = field(default_factory=dict)
    gradient_landmarks: Callable[[Arrays, Arguments, str], tuple[tuple[str, np.ndarray], ...]] | None = None

    def differentiated(self, of: str = "x") -> "Reference":
        """The reference for the gradient with respect to x or a parameter.

        Raises:
          ValueError: if it has none.
        """
        passed, landmarks = self.gradient_landmarks, None
        if passed is not None:
            landmarks = lambda arrays, arguments: passed(arrays, arguments, of)  # noqa: E731 - bound to ``of``
        if of in self.gradients:
            value, moved = self.gradients[of]
            return replace(self, value=value, moved=moved, sharing=None, landmarks=landmarks)
        if of != "x" or self.gradient is None or self.gradient_moved is None:
            raise ValueError(f"the exercise asks for one, and its reference has no gradient with respect to {of}")
        return replace(self, value=self.gradient, moved=self.gradient_moved, landmarks=landmarks)


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
      gradients: parameter -> what a gradient with respect to it gets, if that is not right.
      residuals: how many numbers of x's dtype ``Residuals`` sees, or more, where nothing else is wrong.
      sent: how many numbers of x's dtype ``Sent`` sees, or more, where nothing else is wrong.
      rounding: set where the formula is right on paper and only rounding tells, so that no two programs answer alike:
        "cancellation", where digits are lost when the mean is large beside the spread, or "half", where float32 is
        computed in half precision. ``value`` then is an example.
      source: a whole submission with this idea, where there is no formula for what it answers, as after training.
      shown: whether an answer shows such an idea: given the arrays, with what is expected as "value", and the answer's.
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
    gradients: Mapping[str, Callable[[Arrays, Arguments], np.ndarray]] = field(default_factory=dict)
    residuals: Callable[[Arrays, Arguments], int] | None = None
    sent: Callable[[Arrays, Arguments], int] | None = None
    rounding: Literal["", "cancellation", "half"] = ""
    source: str = ""
    shown: Callable[[Arrays, Arrays], bool] | None = None

    @property
    def of_values(self) -> bool:
        """Whether it shows in values or parameters, so that an answer can be compared with its own."""
        return not (self.rounding or self.gradient or self.gradients or self.residuals or self.sent or self.source)


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
      production: a paragraph for those who have solved it: what layers in use do differently.
      practice: why its points are not for grades; empty where they are.
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
    production: str = ""
    practice: str = ""

    @property
    def listed(self) -> str:
        """The title as lists have it."""
        return f"{self.title} (practice)" if self.practice else self.title


def end_to_end(*arrays: np.ndarray) -> np.ndarray:
    """Several arrays as one, for the value of an entry that returns a tuple."""
    return np.concatenate([np.ravel(array) for array in arrays])
