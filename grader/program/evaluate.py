"""Evaluates a program in NumPy: what it computes from inputs that the submission's process has never seen.

Every value is a list with an array for each device; there is one device outside of ``shard_map``. Only what the wanted
outputs depend on is evaluated, so a random key or a print that changes nothing is no obstacle.
"""

import decimal
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from grader.program import arithmetic, operations, shapes
from grader.program.arithmetic import Arithmetic
from grader.program.program import Body, Equation, Form, Literal, Program, Unevaluable
from grader.worker.program_format import CALLBACKS, OPAQUE

WORK_CAP = 200_000_000  # elementary steps; some one or two seconds
DIGITS = 50  # of decimals
Value = list[np.ndarray]  # one array for each device
Watch = Callable[[Equation, list[np.ndarray]], None]


def evaluate(
    program: Program,
    inputs: Mapping[str, np.ndarray],
    *,
    held: arithmetic.Name = "float64",
    work: int = WORK_CAP,
    watch: Watch | None = None,
) -> dict[str, np.ndarray]:
    """Evaluates a program.

    Args:
      program: the program.
      inputs: an array for each of the program's arguments, of the shape that it was traced with.
      held: "float64" for the idea, "written" for the dtypes as written, "decimal" for 50 digits.
      work: elementary steps that it may take, some 2e8 a second.
      watch: called after each operation outside of ``shard_map`` with its equation and results.

    Returns:
      The outputs by name: float64, the program's own dtypes, or ``Decimal`` objects.

    Raises:
      Unevaluable: if something in it cannot be evaluated, or it takes more work.
      ValueError: if an input is missing or of another shape.
    """
    numbers, body = Arithmetic(held), program.body
    arguments = []
    for name, form in zip(program.arguments, body.inputs, strict=True):
        if name not in inputs or np.shape(inputs[name]) != form.shape:
            raise ValueError(f"the program takes {name} of shape {list(form.shape)}")
        arguments.append([numbers.given(inputs[name], form)])
    machine = _Machine(numbers, work, watch)
    context = decimal.Context(prec=DIGITS, traps=[])
    with np.errstate(all="ignore"), decimal.localcontext(context):
        found = machine.run(body, arguments)
    return {name: value[0] for name, value in zip(program.outputs, found, strict=True)}


class _Machine:
    """Runs sub-programs, and keeps count of the work."""

    def __init__(self, numbers: Arithmetic, work: int, watch: Watch | None) -> None:
        self._numbers, self._left, self._watch = numbers, work, watch
        self._mesh: Mapping[str, int] = {}
        self._lanes: Sequence[Mapping[str, int]] = ({},)  # for each device that runs: where it lies
        self._control = {
            "jit": self._jit,
            "scan": self._scan,
            "while": self._while,
            "cond": self._cond,
            "shard_map": self._shard_map,
        }
        self._collective = {
            **dict.fromkeys(_COMBINING, self._reduced),
            "all_gather": self._all_gather,
            "reduce_scatter": self._reduce_scatter,
            "all_to_all": self._all_to_all,
            "ppermute": self._ppermute,
            "axis_index": self._axis_index,
        }

    def run(self, body: Body, arguments: list[Value], wanted: tuple[bool, ...] | None = None) -> list[Value]:
        """Evaluates a sub-program; an output that is not wanted may be empty."""
        values: dict[int, Value] = dict(enumerate(arguments))
        for at, array in enumerate(body.constants, len(arguments)):
            if body.forms[at].dtype != OPAQUE:
                values[at] = [self._numbers.constant(array)] * len(self._lanes)
        for index, used in body.live(wanted or (True,) * len(body.outputs)):
            equation = body.equations[index]
            operands = [self._read(o, values, equation) for o in equation.operands]
            first = body.first[index]
            values.update(enumerate(self._equation(equation, operands, used), first))
        return [self._output(o, values) for o in body.outputs]

    def _read(self, operand: int | Literal, values: Mapping[int, Value], equation: Equation) -> Value:
        if isinstance(operand, Literal) and operand.form.dtype != OPAQUE:
            return [self._numbers.literal(operand.form, operand.value)] * len(self._lanes)
        if isinstance(operand, Literal) or operand not in values:
            return []  # opaque: whoever needs it says so
        return values[operand]

    def _output(self, operand: int | Literal, values: Mapping[int, Value]) -> Value:
        if isinstance(operand, Literal):
            opaque = operand.form.dtype == OPAQUE
            return [] if opaque else [self._numbers.literal(operand.form, operand.value)] * len(self._lanes)
        return values.get(operand, [])

    def _equation(self, equation: Equation, operands: list[Value], used: tuple[bool, ...]) -> list[Value]:
        self._refuse_what_cannot_be(equation, operands)
        of_elements = equation.cost - shapes.STEP
        self._left -= (shapes.STEP + of_elements * self._numbers.cost) * len(self._lanes)
        if self._left < 0:
            raise Unevaluable(equation.primitive, equation.line, "work")
        try:
            results = self._results(equation, operands, used)
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, MemoryError) as error:
            raise Unevaluable(equation.primitive, equation.line, "invalid") from error
        if self._watch and not self._mesh:
            self._watch(equation, [result[0] for result in results if result])
        return results

    def _refuse_what_cannot_be(self, equation: Equation, operands: list[Value]) -> None:
        primitive, line = equation.primitive, equation.line
        if primitive in CALLBACKS:
            raise Unevaluable(primitive, line, "callback")
        if primitive.startswith(("random_", "threefry", "rng_")):
            raise Unevaluable(primitive, line, "random")
        if not equation.known:
            raise Unevaluable(primitive, line, "unknown")
        opaque = any(not operand for operand in operands) or any(form.dtype == OPAQUE for form in equation.results)
        if opaque and primitive not in self._control:
            raise Unevaluable(primitive, line, "random")

    def _results(self, equation: Equation, operands: list[Value], used: tuple[bool, ...]) -> list[Value]:
        primitive, given = equation.primitive, equation.parameters
        if primitive in self._control:
            return self._control[primitive](equation, operands, used)
        if primitive in self._collective:
            if len(self._lanes) < math.prod(self._mesh.values()) and primitive != "axis_index":
                raise Unevaluable(primitive, equation.line, "apart")
            found = zip(self._collective[primitive](primitive, given, operands), equation.results, strict=True)
            return [[self._fitted(array, form) for array in value] for value, form in found]
        lanes = [self._single(equation, [operand[lane] for operand in operands]) for lane in range(len(self._lanes))]
        return [list(value) for value in zip(*lanes, strict=True)]

    def _single(self, equation: Equation, operands: list[np.ndarray]) -> list[np.ndarray]:
        """One operation on one device."""
        if equation.primitive == "convert_element_type":
            return [self._fitted(operands[0], equation.results[0])]
        if equation.primitive == "reduce_precision":
            given = equation.parameters
            return [self._numbers.narrowed(operands[0], (given["exponent_bits"], given["mantissa_bits"]))]
        operands = [self._numbers.operand(array) for array in operands]
        found = operations.apply(equation.primitive, equation.parameters, operands)
        return [self._fitted(array, form) for array, form in zip(found, equation.results, strict=True)]

    def _fitted(self, array: np.ndarray, form: Form) -> np.ndarray:
        if array.shape != form.shape:
            raise ValueError("a result of another shape")
        return self._numbers.cast(array, form.dtype)

    # --- control flow ---

    def _jit(self, equation: Equation, operands: list[Value], used: tuple[bool, ...]) -> list[Value]:
        return self.run(equation.parameters["body"], operands, used)

    def _scan(self, equation: Equation, operands: list[Value], used: tuple[bool, ...]) -> list[Value]:
        given = equation.parameters
        first, last = given["num_consts"], given["num_consts"] + given["num_carry"]
        consts, carry, over = operands[:first], operands[first:last], operands[last:]
        rows: list[list[Value]] = []
        steps = range(given["length"])
        for i in reversed(steps) if given["reverse"] else steps:
            self._step(equation)
            results = self.run(given["body"], [*consts, *carry, *([x[i] for x in value] for value in over)])
            carry = results[: len(carry)]
            rows.append(results[len(carry) :])
        rows = rows[::-1] if given["reverse"] else rows
        forms = equation.results[len(carry) :]
        return [*carry, *(self._stacked([row[i] for row in rows], form) for i, form in enumerate(forms))]

    def _stacked(self, rows: list[Value], form: Form) -> Value:
        if not rows:
            empty = self._numbers.cast(np.zeros(form.shape), form.dtype)
            return [empty] * len(self._lanes)
        return [np.stack([row[lane] for row in rows]) for lane in range(len(self._lanes))]

    def _step(self, equation: Equation) -> None:
        """Counts a step of a loop, which takes time even if it computes nothing."""
        self._left -= shapes.STEP * len(self._lanes)
        if self._left < 0:
            raise Unevaluable(equation.primitive, equation.line, "work")

    def _while(self, equation: Equation, operands: list[Value], used: tuple[bool, ...]) -> list[Value]:
        given = equation.parameters
        first, last = given["cond_nconsts"], given["cond_nconsts"] + given["body_nconsts"]
        of_cond, of_body, carry = operands[:first], operands[first:last], [list(v) for v in operands[last:]]
        running = list(range(len(self._lanes)))
        while True:
            self._step(equation)
            with self._only(running):
                (goes,) = self.run(given["cond"], _picked([*of_cond, *carry], running))
            running = [lane for lane, go in zip(running, goes, strict=True) if go]
            if not running:
                return carry
            with self._only(running):
                results = self.run(given["body"], _picked([*of_body, *carry], running))
            _put(carry, running, results)

    def _cond(self, equation: Equation, operands: list[Value], used: tuple[bool, ...]) -> list[Value]:
        branches, (which, *rest) = equation.parameters["branches"], operands
        chosen = [min(max(int(i), 0), len(branches) - 1) for i in which]
        results: list[Value] = [[np.zeros(0)] * len(self._lanes) for _ in equation.results]
        for index in sorted(set(chosen)):
            lanes = [lane for lane, at in enumerate(chosen) if at == index]
            with self._only(lanes):
                _put(results, lanes, self.run(branches[index], _picked(rest, lanes)))
        return results

    @contextmanager
    def _only(self, lanes: Sequence[int]) -> Iterator[None]:
        """While only these of the running devices run."""
        before, self._lanes = self._lanes, [self._lanes[i] for i in lanes]
        try:
            yield
        finally:
            self._lanes = before

    # --- devices ---

    def _shard_map(self, equation: Equation, operands: list[Value], used: tuple[bool, ...]) -> list[Value]:
        given = equation.parameters
        mesh = dict(given["mesh"])
        places = [dict(zip(mesh, at, strict=True)) for at in itertools.product(*map(range, mesh.values()))]
        body, before = given["body"], self._lanes
        pieces = [
            [operand[0][_part(form.shape, cut, mesh, place)] for place in places]
            for operand, cut, form in zip(operands, given["in_specs"], body.inputs, strict=True)
        ]
        self._mesh, self._lanes = mesh, places
        try:
            found = self.run(body, pieces, used)
        finally:
            self._mesh, self._lanes = {}, before
        return [
            [self._joined(value, cut, form, mesh, places)] if want else []
            for value, cut, form, want in zip(found, given["out_specs"], equation.results, used, strict=True)
        ]

    def _joined(self, value: Value, cut: Any, form: Form, mesh: Mapping[str, int], places: Any) -> np.ndarray:
        """One array from the devices' pieces; where they hold the same, the first device's counts."""
        whole = np.empty(form.shape, value[0].dtype)
        for array, place in reversed(list(zip(value, places, strict=True))):
            whole[_part(array.shape, cut, mesh, place)] = array
        return whole

    def _groups(self, names: Sequence[str]) -> list[list[int]]:
        """The devices that lie along these axes together, in order; the last axis counts fastest."""
        groups: dict[tuple[tuple[str, int], ...], list[int]] = {}
        for lane, place in enumerate(self._lanes):
            groups.setdefault(tuple((k, i) for k, i in place.items() if k not in names), []).append(lane)
        at = self._lanes
        return [sorted(group, key=lambda lane: [at[lane][name] for name in names]) for group in groups.values()]

    def _among(self, names: Sequence[str], value: Value, make: Callable[[list[np.ndarray]], Any]) -> Value:
        """For each group, an array for each of its devices, from those of all."""
        result: Value = [np.zeros(0)] * len(value)
        for group in self._groups(names):
            for lane, array in zip(group, make([value[lane] for lane in group]), strict=True):
                result[lane] = np.asarray(array)
        return result

    def _reduced(self, primitive: str, given: Mapping[str, Any], operands: list[Value]) -> list[Value]:
        combine = _COMBINING[primitive]

        def make(arrays: list[np.ndarray]) -> Any:
            total = arrays[0]
            for array in arrays[1:]:
                total = combine(total, array)
            return [total] * len(arrays)

        wide = [[self._numbers.operand(array) for array in operand] for operand in operands]
        return [self._among(given["axes"], operand, make) for operand in wide]

    def _all_gather(self, primitive: str, given: Mapping[str, Any], operands: list[Value]) -> list[Value]:
        join = np.concatenate if given["tiled"] else np.stack
        axis = given["all_gather_dimension"]
        return [self._among(given["axis_name"], operands[0], lambda arrays: [join(arrays, axis)] * len(arrays))]

    def _reduce_scatter(self, primitive: str, given: Mapping[str, Any], operands: list[Value]) -> list[Value]:
        (total,) = self._reduced("psum", {"axes": given["axis_name"]}, operands)
        axis, tiled = given["scatter_dimension"], given["tiled"]

        def make(arrays: list[np.ndarray]) -> Any:
            parts = [np.split(array, len(arrays), axis)[i] for i, array in enumerate(arrays)]
            return parts if tiled else [part.squeeze(axis) for part in parts]

        return [self._among(given["axis_name"], total, make)]

    def _all_to_all(self, primitive: str, given: Mapping[str, Any], operands: list[Value]) -> list[Value]:
        def make(arrays: list[np.ndarray]) -> Any:
            parts = [np.split(array, len(arrays), given["split_axis"]) for array in arrays]
            return [np.concatenate([part[i] for part in parts], given["concat_axis"]) for i in range(len(arrays))]

        return [self._among(given["axis_name"], operands[0], make)]

    def _ppermute(self, primitive: str, given: Mapping[str, Any], operands: list[Value]) -> list[Value]:
        sources = {to: source for source, to in given["perm"]}

        def make(arrays: list[np.ndarray]) -> Any:
            return [arrays[sources[i]] if i in sources else arrays[i] * 0 for i in range(len(arrays))]

        return [self._among(given["axis_name"], operand, make) for operand in operands]

    def _axis_index(self, primitive: str, given: Mapping[str, Any], operands: list[Value]) -> list[Value]:
        return [[np.asarray(_position(place, given["axis_name"], self._mesh), np.int32) for place in self._lanes]]


_COMBINING: dict[str, np.ufunc] = {"psum": np.add, "pmax": np.maximum, "pmin": np.minimum}


def _picked(values: list[Value], lanes: Sequence[int]) -> list[Value]:
    return [[value[lane] for lane in lanes] if value else [] for value in values]


def _put(into: list[Value], lanes: Sequence[int], results: list[Value]) -> None:
    for value, result in zip(into, results, strict=True):
        for lane, array in zip(lanes, result, strict=True):
            value[lane] = array


def _position(place: Mapping[str, int], names: Sequence[str], mesh: Mapping[str, int]) -> int:
    """How far a device lies along these axes taken as one."""
    at = 0
    for name in names:
        at = at * mesh[name] + place[name]
    return at


def _part(piece: Sequence[int], cut: Any, mesh: Mapping[str, int], place: Mapping[str, int]) -> tuple[slice, ...]:
    """Where in the whole array a device's piece lies."""
    names = [*cut, *[()] * (len(piece) - len(cut))]
    at = [_position(place, along, mesh) * size for along, size in zip(names, piece, strict=True)]
    return tuple(slice(start, start + size) for start, size in zip(at, piece, strict=True))
