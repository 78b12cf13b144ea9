"""A program: values in the order in which they are computed, each from earlier ones."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np


class Malformed(ValueError):  # noqa: N818 - what it says of the program
    """What came is not a program, contradicts itself, or is past a cap."""


class Unevaluable(Exception):  # noqa: N818 - what it says of the program
    """The program is well formed and cannot be evaluated here.

    Attributes:
      primitive: the operation.
      line: of the submission; 0 if unknown.
      reason: why: "unknown", "random", "callback", "work", "apart" (devices take different branches that communicate),
        "invalid" (what the operation does not take), or "" where the arithmetic lacks it.
    """

    def __init__(self, primitive: str, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {primitive} cannot be evaluated ({reason})")
        self.primitive, self.line, self.reason = primitive, line, reason


@dataclass(frozen=True)
class Refusal:
    """Why the worker has no program: a kind of ``program_trace``, the line (0 if unknown) and the details."""

    kind: str
    line: int
    primitive: str
    message: str


@dataclass(frozen=True, slots=True)
class Form:
    """The dtype's name and the shape of a value."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class Literal:
    """A scalar in the program's text."""

    form: Form
    value: Any


Operand = int | Literal  # the number of an earlier value, or a literal


@dataclass(frozen=True, eq=False)
class Equation:
    """One operation.

    Attributes:
      primitive: its name.
      operands: what it takes.
      results: dtypes and shapes of what it computes.
      parameters: as ``program_format.PARAMETERS`` has them; lists are tuples and sub-programs ``Body``.
      line: of the submission; 0 if unknown.
      known: whether the primitive is in the table.
      cost: elementary steps that it takes, apart from its sub-programs.
    """

    primitive: str
    operands: tuple[Operand, ...]
    results: tuple[Form, ...]
    parameters: Mapping[str, Any]
    line: int
    known: bool
    cost: int

    @property
    def bodies(self) -> tuple["Body", ...]:
        """The sub-programs."""
        held = [v for given in self.parameters.values() for v in (given if isinstance(given, tuple) else (given,))]
        return tuple(v for v in held if isinstance(v, Body))


@dataclass(frozen=True, eq=False)
class Body:
    """A sub-program. Its values are numbered: inputs, constants, then the results of each equation.

    Attributes:
      inputs: what it is called with.
      constants: arrays.
      equations: in order.
      outputs: what it returns.
      forms: dtype and shape of every value.
    """

    inputs: tuple[Form, ...]
    constants: tuple[np.ndarray, ...]
    equations: tuple[Equation, ...]
    outputs: tuple[Operand, ...]
    forms: tuple[Form, ...] = field(repr=False)
    _live: dict[tuple[bool, ...], Any] = field(default_factory=dict, init=False, repr=False)

    def form(self, operand: Operand) -> Form:
        """The dtype and shape of an operand."""
        return operand.form if isinstance(operand, Literal) else self.forms[operand]

    @cached_property
    def first(self) -> tuple[int, ...]:
        """The number of each equation's first result."""
        numbers, at = [], len(self.inputs) + len(self.constants)
        for equation in self.equations:
            numbers.append(at)
            at += len(equation.results)
        return tuple(numbers)

    def live(self, wanted: tuple[bool, ...]) -> tuple[tuple[int, tuple[bool, ...]], ...]:
        """The equations that these outputs depend on, by index in order, each with which of its results are needed."""
        if wanted not in self._live:
            self._live[wanted] = self._needed(wanted)
        return self._live[wanted]

    def _needed(self, wanted: tuple[bool, ...]) -> tuple[tuple[int, tuple[bool, ...]], ...]:
        needed = {o for o, want in zip(self.outputs, wanted, strict=True) if want and not isinstance(o, Literal)}
        found = []
        for index in reversed(range(len(self.equations))):
            equation, first = self.equations[index], self.first[index]
            used = tuple(first + i in needed for i in range(len(equation.results)))
            if any(used):
                found.append((index, used))
                needed.update(o for o in equation.operands if not isinstance(o, Literal))
        return tuple(reversed(found))


@dataclass(frozen=True, eq=False)
class Program:
    """A whole program: its body, and the names of the body's inputs and outputs."""

    arguments: tuple[str, ...]
    outputs: tuple[str, ...]
    body: Body
