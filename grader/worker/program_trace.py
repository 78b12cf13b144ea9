"""A submission's entry as a program: traced once on shapes and dtypes, and encoded as JSON for the judge.

Nothing is executed and no backend is started, so a program cannot depend on values. ``program_format`` says how it is
encoded; the judge's side is ``grader/program``.
"""

import base64
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.worker import entries, jax_private, wire
from grader.worker.entries import Entry, Rejected
from grader.worker.jaxpr_trace import Place, constants_and_carry, inner_of, is_own, place_of
from grader.worker.program_format import (
    CALLBACKS,
    CONSTANTS_CAP,
    EQUATIONS_CAP,
    NESTING_CAP,
    OPAQUE,
    OPERANDS_CAP,
    PARAMETERS,
    SAME,
)

Form = tuple[str, Sequence[int]]  # dtype and shape
# Set in an equation, they change what it computes; such an equation crosses without parameters, as an unknown one.
UNKNOWN_IF_SET = ("axis_index_groups", "out_dtype")
CONCRETE = {
    "TracerBoolConversionError": "branch",  # if, while, and, or: on a value
    "TracerArrayConversionError": "numpy",  # a function of NumPy's, on a value
    "TracerIntegerConversionError": "index",  # a Python index or size that is a value
    "NonConcreteBooleanIndexError": "mask",  # x[mask]: a shape that depends on values
    "ConcretizationTypeError": "number",  # float(), int(), item()
    "UnexpectedTracerError": "leak",  # a value kept from an earlier trace
}


class Refused(Exception):  # noqa: N818 - it carries why a program does not cross
    """The program cannot be encoded: its kind and the line."""

    def __init__(self, kind: str, line: int, primitive: str = "") -> None:
        super().__init__(kind)
        self.kind, self.line, self.primitive = kind, line, primitive


def program(entry: Entry, case: Mapping[str, Any], forms: Mapping[str, Form], filename: str) -> dict[str, Any]:
    """Traces the entry in a case.

    Args:
      entry: the submission's.
      case: as for ``entries.answer``: the call's "arguments", names of its "parameters", "transform", "seed", "shards",
        and what a gradient is "of".
      forms: dtype and shape of "x", of each parameter and, for a gradient, of the "cotangent", by name.
      filename: of the submission, as its frames give it.

    Returns:
      ``{"program": ...}``, or ``{"refused": {"kind", "line", "primitive", "message"}}``. The kinds are those of
      ``CONCRETE``; "callback"; "long", past a cap; "training", which is no function of arrays; "raised"; the kinds of
      ``entries.Rejected``; and "form", where JAX holds a program in a form that is not known here: a fault of ours.
    """
    import jax  # the worker has imported it at its start

    if entry.kind == "training":
        return _refusal("training", 0)
    names: list[str] = []

    def traced(*given: Any) -> list[Any]:
        outputs = _outputs(entry, case, dict(zip(forms, given, strict=True)))
        names[:] = outputs
        return list(outputs.values())

    shapes = [jax.ShapeDtypeStruct(tuple(shape), wire.DTYPES[dtype]) for dtype, shape in forms.values()]
    try:
        with jax_private.own_frames():
            closed = jax.make_jaxpr(traced)(*shapes)
    except Rejected as rejected:
        return _refusal(rejected.problem["kind"], 0, "", rejected.problem.get("message", ""))
    except BaseException as error:  # a submission may raise anything
        return _refusal(_kind(error), _line(error, filename), entries.type_name(error), entries.message_of(error))
    encoder = _Encoder(filename)
    try:
        body = encoder.encode(closed.jaxpr, closed.consts, 0, 0, own=True)
    except Refused as refused:
        return _refusal(refused.kind, refused.line, refused.primitive)
    except Exception as error:  # whatever another version of JAX holds otherwise: no fault of the submission's
        return _refusal("form", 0, entries.type_name(error), entries.message_of(error))
    found = {"constants": encoder.constants, "arguments": list(forms), "outputs": names, "body": body}
    return {"program": found}


def _outputs(entry: Entry, case: Mapping[str, Any], arrays: Mapping[str, Any]) -> dict[str, Any]:
    """The entry's answer in the case, made of tracers. A NumPy function is given JAX's: it is traced all the same."""
    call = entries.prepared(entry._replace(arrays="jax"), case, arrays, devices_there=False)
    apply, given = call.apply, (call.variables, call.x)
    if case["transform"] == "residuals":
        return _residuals(apply, *given)
    if case["transform"] == "gradient":
        apply, given = entries.differentiated(entry, apply, case["of"]), (*given, arrays["cotangent"])
    elif case["transform"] in ("forward", "vmap"):
        apply = entries.transformed(apply, case["transform"])
    return {**call.made, **entries.returned(apply(*given))}


def _residuals(apply: Callable[..., Any], variables: Any, x: Any) -> dict[str, Any]:
    """What ``jax.vjp`` keeps for the backward pass, the variables among it."""
    import jax

    kept = jax.tree_util.tree_leaves(jax.vjp(apply, variables, x)[1])
    return {f"residual/{i}": leaf for i, leaf in enumerate(kept)}


def _refusal(kind: str, line: int, primitive: str = "", message: str = "") -> dict[str, Any]:
    return {"refused": {"kind": kind, "line": line, "primitive": primitive, "message": message}}


def _kind(error: BaseException) -> str:
    return next((CONCRETE[cls.__name__] for cls in type(error).__mro__ if cls.__name__ in CONCRETE), "raised")


def _line(error: BaseException, filename: str) -> int:
    """The innermost line of the submission that an exception passed; 0 if none."""
    line, step = 0, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == filename:
            line = step.tb_lineno
        step = step.tb_next
    return line


class _Encoder:
    """Encodes a jaxpr and those within it, and keeps count."""

    def __init__(self, filename: str) -> None:
        self.constants: list[list[Any]] = []
        self._filename = filename
        self._equations = self._bytes = 0

    def encode(self, jaxpr: Any, consts: Sequence[Any], depth: int, outer: int, *, own: bool) -> dict[str, Any]:
        """Encodes one. Its equations have their own lines if ``own``, else ``outer``, the line of the call."""
        if depth > NESTING_CAP or max(map(len, (jaxpr.invars, jaxpr.constvars, jaxpr.outvars))) > OPERANDS_CAP:
            raise Refused("long", outer)
        numbers: dict[Any, int] = {}
        for variable in (*jaxpr.invars, *jaxpr.constvars):
            numbers[variable] = len(numbers)
        constants = [self._constant(value, outer) for value in consts]
        equations = []
        for equation in jaxpr.eqns:
            equations.append(self._equation(equation, numbers, depth, outer, own=own))
            for variable in equation.outvars:  # variables that are dropped are all different objects
                numbers[variable] = len(numbers)
        return {
            "inputs": [_form(v.aval) for v in jaxpr.invars],
            "constants": constants,
            "equations": equations,
            "outputs": [_operand(v, numbers) for v in jaxpr.outvars],
        }

    def _equation(self, equation: Any, numbers: Mapping[Any, int], depth: int, outer: int, *, own: bool) -> list[Any]:
        name: str = equation.primitive.name
        name = SAME.get(name, name)
        line = place_of(equation, self._filename, Place(outer)).line if own else outer
        self._equations += 1
        if self._equations > EQUATIONS_CAP or max(len(equation.invars), len(equation.outvars)) > OPERANDS_CAP:
            raise Refused("long", line)
        if name in CALLBACKS:
            raise Refused("callback", line, name)
        if any(equation.params.get(key) is not None for key in UNKNOWN_IF_SET):
            name = f"{name} with options"
        held = inner_of(equation)
        own = own and held is not None and (name != "jit" or is_own(held[0], self._filename))

        def program(given: Any) -> dict[str, Any]:
            jaxpr, consts = (given.jaxpr, given.consts) if hasattr(given, "jaxpr") else (given, ())
            return self.encode(jaxpr, consts, depth + 1, line, own=own)

        operands = [_operand(v, numbers) for v in equation.invars]
        results = [_form(v.aval) for v in equation.outvars]
        found = _parameters(name, equation)
        parameters = {key: _encoded(found[key], kind, program) for key, kind in PARAMETERS.get(name, {}).items()}
        return [name, operands, results, parameters, line]

    def _constant(self, value: Any, line: int) -> int:
        dtype, shape = _dtype(value), [int(n) for n in np.shape(value)]
        if dtype == OPAQUE:
            self.constants.append([OPAQUE, shape, ""])
            return len(self.constants) - 1
        self._bytes += math.prod(shape) * wire.DTYPES[dtype].itemsize
        if self._bytes > CONSTANTS_CAP:
            raise Refused("long", line)
        try:
            array = np.asarray(value)
        except TypeError:  # a tracer that the submission kept from an earlier trace
            raise Refused("leak", line) from None
        data = base64.b64encode(array.astype(array.dtype.newbyteorder("<")).tobytes()).decode()
        self.constants.append([dtype, shape, data])
        return len(self.constants) - 1


def _form(aval: Any) -> list[Any]:
    return [_dtype(aval), [int(n) for n in getattr(aval, "shape", ())]]


def _dtype(array: Any) -> str:
    name = str(getattr(array, "dtype", OPAQUE))
    return name if name in wire.DTYPES else OPAQUE


def _operand(variable: Any, numbers: Mapping[Any, int]) -> Any:
    """A variable's number, or a literal: dtype and value."""
    if not hasattr(variable, "val"):
        return numbers[variable]
    dtype = _dtype(variable.aval)
    return [dtype, 0 if dtype == OPAQUE else _scalar(np.asarray(variable.val).item())]


def _scalar(value: Any) -> Any:
    if isinstance(value, complex):
        return [_scalar(value.real), _scalar(value.imag)]
    return value if not isinstance(value, float) or np.isfinite(value) else str(value)


def _parameters(name: str, equation: Any) -> dict[str, Any]:
    """An equation's parameters under the names of ``program_format``, which differ where JAX's are objects."""
    given, found = equation.params, dict(equation.params)
    numbers = given.get("dimension_numbers")
    if name == "dot_general":
        (found["contracting"], found["batch"]) = given["dimension_numbers"]
    elif numbers is not None:
        found.update({key: getattr(numbers, key) for key in dir(numbers) if not key.startswith("_")})
    if name == "top_k":
        found.setdefault("axis", len(equation.invars[0].aval.shape) - 1)  # the only one there was
    if name == "jit":
        found["body"] = given.get("jaxpr", given.get("call_jaxpr"))
    elif name in ("scan", "shard_map"):
        found["body"] = given["jaxpr"]
    elif name == "while":
        found["cond"], found["body"] = given["cond_jaxpr"], given["body_jaxpr"]
    if name == "scan":
        found["num_consts"], found["num_carry"] = constants_and_carry(given)
    return found


def _encoded(value: Any, kind: str, program: Callable[[Any], dict[str, Any]]) -> Any:
    match kind:
        case "int":
            return int(value)
        case "bool":
            return bool(value)
        case "ints":
            return [int(n) for n in value]
        case "ints?":
            return None if value is None else [int(n) for n in value]
        case "pairs" | "triples" | "intlists":
            return [[int(n) for n in row] for row in value]
        case "number":
            return None if value is None else _scalar(np.asarray(value).item())
        case "dtype":
            return str(np.dtype(value)) if str(value) in wire.DTYPES else OPAQUE
        case "names":
            return [str(n) for n in (value if isinstance(value, tuple | list) else (value,))]
        case "cuts":
            return [_cut(spec) for spec in value]
        case "mesh":
            return [[str(axis), int(size)] for axis, size in value.shape.items()]
        case "program":
            return program(value)
        case "programs":
            return [program(branch) for branch in value]
    name = getattr(value, "name", value)  # of an enumeration
    return str(name)


def _cut(spec: Any) -> list[list[str]]:
    """For each axis, the mesh's axes that it is split along."""
    names = [() if entry is None else entry if isinstance(entry, tuple) else (entry,) for entry in spec]
    return [[str(name) for name in entry] for entry in names]
