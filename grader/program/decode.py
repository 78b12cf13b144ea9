"""Reads a program from JSON, strictly: every number is checked, and every shape inferred, before anything is allocated.

What came may claim anything. Its size bounds the time that reading takes, and the caps bound the size.
"""

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.program import shapes
from grader.program.program import Body, Equation, Form, Literal, Malformed, Operand, Program, Refusal
from grader.text import plain
from grader.worker.program_format import (
    CONSTANTS_CAP,
    DEVICES_CAP,
    ELEMENTS_CAP,
    ENTRIES_CAP,
    EQUATIONS_CAP,
    NESTING_CAP,
    OPAQUE,
    OPERANDS_CAP,
    PARAMETERS,
    RANK_CAP,
)
from grader.worker.wire import DTYPES, LIST_CAP, MESSAGE_CAP, NAME_CAP

TOTAL_CAP = 1 << 24  # elements of all values of a program together, on all devices
INTEGER_CAP = 1 << 31
LINE_CAP = 10**7


def decode(given: object) -> Program | Refusal:
    """Reads what the worker sent about a case.

    Args:
      given: parsed JSON.

    Raises:
      Malformed: if it is not a program within the caps.
    """
    match given:
        case {"refused": {"kind": str(kind), "line": int(line), "primitive": str(primitive), "message": str(message)}}:
            _check(_is_int(line, 0, LINE_CAP), "a line must be a small integer")
            named = plain(kind, NAME_CAP), line, plain(primitive, NAME_CAP), plain(message, MESSAGE_CAP)
            return Refusal(*named)
        case {
            "program": {
                "constants": list(constants),
                "arguments": list(arguments),
                "outputs": list(outputs),
                "body": body,
            }
        }:
            pass
        case _:
            raise Malformed("neither a program nor a refusal")
    reader = _Reader(constants)
    names, results = _names(arguments), _names(outputs)
    whole = reader.body(body, 0, {}, 1)
    _check(len(names) == len(whole.inputs), "as many arguments as inputs must be named")
    _check(len(results) == len(whole.outputs), "as many outputs must be named as there are")
    return Program(names, results, whole)


def _check(holds: bool, message: str) -> None:
    if not holds:
        raise Malformed(message)


def _is_int(given: object, low: int, high: int) -> bool:
    """Whether it is an int in this range (True and 1.0 are not)."""
    return type(given) is int and low <= given <= high


def _names(given: list[Any]) -> tuple[str, ...]:
    _check(len(given) <= LIST_CAP and all(type(name) is str for name in given), "names must be a short list of strings")
    names = tuple(plain(name, NAME_CAP) for name in given)
    _check(len(set(names)) == len(names), "names must differ")
    return names


def _form(given: object) -> Form:
    match given:
        case [str(dtype), list(shape)] if dtype in DTYPES or dtype == OPAQUE:
            sizes = len(shape) <= RANK_CAP and all(_is_int(n, 0, ELEMENTS_CAP) for n in shape)
            if sizes and math.prod(max(n, 1) for n in shape) <= ELEMENTS_CAP:
                return Form(dtype, tuple(shape))
    raise Malformed(f"a value must be [dtype, shape], with {RANK_CAP} axes and {ELEMENTS_CAP} elements at most")


def _scalar(given: object) -> Any:
    """A number of JSON's, or "nan", "inf", "-inf"."""
    if given in ("nan", "inf", "-inf") and isinstance(given, str):
        return float(given)
    if type(given) is bool or _is_int(given, -(1 << 63), (1 << 64) - 1):
        return given
    if isinstance(given, float) and math.isfinite(given):
        return given
    raise Malformed("a number must be finite and have at most 64 bits, or be nan, inf or -inf in quotes")


class _Reader:
    """Reads sub-programs and keeps count over all of them."""

    def __init__(self, constants: list[Any]) -> None:
        _check(len(constants) <= EQUATIONS_CAP, "too many constants")
        self._left, self._total, self._bytes = EQUATIONS_CAP, TOTAL_CAP, CONSTANTS_CAP
        self._constants = [self._constant(row) for row in constants]

    def _constant(self, row: object) -> tuple[Form, np.ndarray]:
        match row:
            case [dtype, shape, str(data)]:
                form = _form([dtype, shape])
            case _:
                raise Malformed("a constant must be [dtype, shape, base64]")
        if form.dtype == OPAQUE:
            return form, np.zeros(0)
        kind = DTYPES[form.dtype]
        size = form.size * kind.itemsize
        self._bytes -= size
        _check(self._bytes >= 0 and len(data) <= 4 * (-(-size // 3)), "constants are too large")
        try:
            raw = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Malformed("a constant is not base64") from error
        _check(len(raw) == size, "a constant's bytes must fill its shape")
        if kind.kind == "b":
            _check(set(raw) <= {0, 1}, "a bool must be 0 or 1")
        array = np.frombuffer(raw, kind.newbyteorder("<")).astype(kind).reshape(form.shape)
        array.flags.writeable = False
        return form, array

    def body(self, given: object, depth: int, mesh: Mapping[str, int], devices: int) -> Body:
        """Reads a sub-program that runs on so many devices, along these axes."""
        _check(depth <= NESTING_CAP, f"sub-programs are nested more than {NESTING_CAP} deep")
        match given:
            case {
                "inputs": list(inputs),
                "constants": list(constants),
                "equations": list(equations),
                "outputs": list(outputs),
            } if max(len(inputs), len(constants), len(outputs)) <= OPERANDS_CAP:
                pass
            case _:
                raise Malformed("a sub-program must have inputs, constants, equations and outputs")
        self._left -= len(equations)
        _check(self._left >= 0, f"more than {EQUATIONS_CAP} equations")
        forms = [_form(row) for row in inputs]
        _check(all(_is_int(i, 0, len(self._constants) - 1) for i in constants), "there is no such constant")
        held = [self._constants[i] for i in constants]
        forms += [form for form, _ in held]
        self._count(forms, devices)
        read = []
        for row in equations:
            equation = self._equation(row, forms, depth, mesh, devices)
            self._count(equation.results, devices)
            forms += equation.results
            read.append(equation)
        returned = tuple(self._operand(o, forms) for o in outputs)
        return Body(tuple(forms[: len(inputs)]), tuple(array for _, array in held), tuple(read), returned, tuple(forms))

    def _count(self, forms: Any, devices: int) -> None:
        self._total -= sum(form.size for form in forms) * devices
        _check(self._total >= 0, f"the values of the program have more than {TOTAL_CAP} elements")

    def _operand(self, given: object, forms: list[Form]) -> Operand:
        match given:
            case int() if type(given) is int and 0 <= given < len(forms):
                return given
            case [str(dtype), value] if dtype in DTYPES:
                return Literal(Form(dtype, ()), _fitting(dtype, value))
            case [str(dtype), _] if dtype == OPAQUE:
                return Literal(Form(dtype, ()), None)
        raise Malformed("an operand must be an earlier value's number, or [dtype, value]")

    def _equation(self, row: object, forms: list[Form], depth: int, mesh: Mapping[str, int], devices: int) -> Equation:
        match row:
            case [str(primitive), list(operands), list(results), dict(given), int(line)]:
                pass
            case _:
                raise Malformed("an equation must be [primitive, operands, results, parameters, line]")
        _check(_is_int(line, 0, LINE_CAP), "a line must be a small integer")
        _check(max(len(operands), len(results)) <= OPERANDS_CAP, f"more than {OPERANDS_CAP} operands or results")
        read = tuple(self._operand(o, forms) for o in operands)
        claimed = tuple(_form(r) for r in results)
        if primitive not in PARAMETERS:
            return Equation(plain(primitive, NAME_CAP), read, claimed, {}, line, known=False, cost=0)
        wanted = PARAMETERS[primitive]
        _check(given.keys() == wanted.keys(), f"{primitive} has other parameters")
        inner = dict(mesh)
        if primitive == "shard_map":
            inner = dict(_pairs_of_names(given["mesh"]))
            devices *= math.prod(inner.values())
            _check(not mesh and devices <= DEVICES_CAP, f"a mesh has at most {DEVICES_CAP} devices, and none within")
        parameters = {
            key: _parameter(given[key], kind, lambda g: self.body(g, depth + 1, inner, devices))
            for key, kind in wanted.items()
        }
        taken = [o.form if isinstance(o, Literal) else forms[o] for o in read]
        cost = _inferred(primitive, taken, claimed, parameters, mesh)
        return Equation(primitive, read, claimed, parameters, line, known=True, cost=cost)


def _inferred(primitive: str, taken: Any, claimed: Any, parameters: Mapping[str, Any], mesh: Mapping[str, int]) -> int:
    """Checks that the claimed shapes are those that follow; returns the cost."""
    try:
        found, cost = shapes.infer(primitive, taken, claimed, parameters, mesh)
    except (IndexError, KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise Malformed(f"{primitive} does not take what it is given") from error
    _check([tuple(s) for s in found] == [form.shape for form in claimed], f"{primitive} has results of another shape")
    return cost


def _fitting(dtype: str, value: object) -> Any:
    """A literal's value, if the dtype can hold it."""
    kind = DTYPES[dtype]
    if kind.kind == "c":
        _check(isinstance(value, list) and len(value) == 2, "a complex number must be [real, imaginary]")
        return complex(*(_scalar(part) for part in value))  # type: ignore[union-attr] - a list of two
    number = _scalar(value)
    if kind.kind == "b":
        _check(type(number) is bool, "a bool must be true or false")
    elif kind.kind in "iu":
        info = np.iinfo(kind)
        _check(_is_int(number, int(info.min), int(info.max)), f"a literal does not fit {dtype}")
    return number


def _pairs_of_names(given: object) -> list[tuple[str, int]]:
    _check(isinstance(given, list) and 0 < len(given) <= RANK_CAP, "a mesh must be a short list")
    pairs = []
    for row in given:  # type: ignore[union-attr] - a list
        match row:
            case [str(name), int(size)] if len(name) <= NAME_CAP and _is_int(size, 1, DEVICES_CAP):
                pairs.append((name, size))
            case _:
                raise Malformed("a mesh must hold pairs of a name and a size")
    _check(len({name for name, _ in pairs}) == len(pairs), "a mesh's axes must differ in name")
    return pairs


def _integers(given: object) -> tuple[int, ...]:
    short = isinstance(given, list) and len(given) <= ENTRIES_CAP
    _check(short and all(_is_int(n, -INTEGER_CAP, INTEGER_CAP) for n in given), "integers must be a short list")  # type: ignore[union-attr]
    return tuple(given)  # type: ignore[arg-type]


def _rows(given: object, length: int | None) -> tuple[tuple[int, ...], ...]:
    _check(isinstance(given, list) and len(given) <= ENTRIES_CAP, "rows must be a short list")
    rows = tuple(_integers(row) for row in given)  # type: ignore[union-attr]
    _check(length is None or all(len(row) == length for row in rows), f"each row must have {length} integers")
    return rows


def _strings(given: object) -> tuple[str, ...]:
    short = isinstance(given, list) and len(given) <= RANK_CAP
    _check(short and all(type(n) is str and len(n) <= NAME_CAP for n in given), "names must be a short list")  # type: ignore[union-attr]
    return tuple(given)  # type: ignore[arg-type]


def _parameter(given: Any, kind: str, body: Callable[[object], Body]) -> Any:
    """Checks one parameter against its type; the table is in ``program_format``."""
    match kind:
        case "int" if _is_int(given, -INTEGER_CAP, INTEGER_CAP):
            return given
        case "bool" if type(given) is bool:
            return given
        case "str" if isinstance(given, str) and len(given) <= NAME_CAP:
            return given
        case "dtype" if isinstance(given, str) and given in DTYPES:
            return given
        case "number":
            return None if given is None else _scalar(given)
        case "ints":
            return _integers(given)
        case "ints?":
            return None if given is None else _integers(given)
        case "pairs" | "triples" | "intlists":
            return _rows(given, {"pairs": 2, "triples": 3, "intlists": None}[kind])
        case "names":
            return _strings(given)
        case "mesh":
            return tuple(_pairs_of_names(given))
        case "cuts" if isinstance(given, list) and len(given) <= OPERANDS_CAP:
            _check(
                all(isinstance(spec, list) and len(spec) <= RANK_CAP for spec in given), "a cut must be a short list"
            )
            return tuple(tuple(_strings(entry) for entry in spec) for spec in given)
        case "program":
            return body(given)
        case "programs" if isinstance(given, list) and 0 < len(given) <= OPERANDS_CAP:
            return tuple(body(branch) for branch in given)
    raise Malformed(f"a parameter is not of type {kind}")
