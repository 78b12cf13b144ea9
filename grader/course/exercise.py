"""An exercise: all that a ``cases.py`` says, as frozen data. Read this first.

An exercise has one ``Entry``, which a submission must define, one ``Reference``, which answers for the judge, and
``Case`` after ``Case``, each with its inputs and its ``Check``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from grader.course.checks import Check
from grader.course.inputs import Arguments, Arrays, Given, Shards
from grader.course.misconception import Misconception, Parts, RightVariant
from grader.course.reference import Reference

FORMAT = 1
"""The version of this format. It rises when a ``cases.py`` that was valid stops being valid or changes its meaning, and
stays when fields with defaults are added."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The name that a submission must define.

    Attributes:
      name: The name.
      kind: What the name must stand for.
        "linen_module": a Flax Linen module, built with the arguments, initialised, and applied to x.
        "nnx_module": a Flax NNX module, built with the arguments and ``rngs``. Its parameters are those of type
        ``nnx.Param``; it is split and merged for each call.
        "function": called with x, and by keyword with the case's parameters and arguments.
        "training": a function called with an iterator of batches (images, labels) and the arguments. It returns a
        function, which is called with x.
      arguments: For each argument, the cast applied to the case's value (``int``, ``float``, ``bool`` or ``str``).
      defaults: For each argument that a case may leave out, its default.
      arrays: What a function is given: "jax" for ``jax.Array``, or "numpy" for ``numpy.ndarray`` if it may be written
        in either.
      channel_axis: The axis of x that holds the channels; None if there is none.
    """

    name: str
    kind: Literal["linen_module", "nnx_module", "function", "training"]
    arguments: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    arrays: Literal["jax", "numpy"] = "jax"
    channel_axis: int | None = -1


@dataclass(frozen=True, kw_only=True)
class Case:
    """One graded situation.

    Attributes:
      name: A name shown to the learner, unique within the exercise.
      check: What is asked.
      arguments: The entry's arguments, before the entry's casts.
      x: The input.
      parameters: Values for the entry's parameters. If empty, a module is initialised and its own are used.
      points: What a right answer earns.
      needs: Names of earlier cases. This one is skipped unless all of them are right.
      shards: How x is split over devices; None if one device has all of it. The check must then run under jit. The
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
class Exercise:
    """All that ``cases.py`` says, as its ``SPEC``.

    Attributes:
      title: One line for the list.
      order: The place in the course, ascending.
      entry: What a submission must define.
      reference: The judge's answer.
      cases: The cases in the order in which they are graded and shown.
      misconceptions: Wrong ideas. At least one case must catch each.
      right_variants: Other right programs. Each must pass every case.
      situations: Cases that are never run, earn nothing and are told as the visible case most like them: the judge
        evaluates a traced program on them. They bring shapes and masks that no visible case is spent on.
      hints: Ordered steps without code.
      assemble: Makes a misconception's value from its parts; None if misconceptions have none.
      operations: A program that computes, one by one, the operations that submissions commonly use. It fills the
        grader's compile cache and need not be right.
      forbidden: What a submission may not use. "package.Name" may not be called; "package" and "package.module." may
        not be imported.
      seconds: The time limit of a submission in seconds, from its first line on.
      production: A paragraph for those who have solved it, on what layers in use do differently.
      practice: Why its points do not count for grades; empty if they do.
      format: The version of the format that ``cases.py`` is written in.
    """

    title: str
    order: int
    entry: Entry
    reference: Reference
    cases: tuple[Case, ...]
    misconceptions: tuple[Misconception, ...]
    right_variants: tuple[RightVariant, ...]
    hints: tuple[str, ...]
    situations: tuple[Case, ...] = ()
    assemble: Callable[[Parts], Callable[[Arrays, Arguments], np.ndarray]] | None = None
    operations: str = ""
    forbidden: tuple[str, ...] = ()
    seconds: float = 10.0
    production: str = ""
    practice: str = ""
    format: int = FORMAT

    @property
    def listed(self) -> str:
        """The title as lists show it."""
        return f"{self.title} (practice)" if self.practice else self.title
