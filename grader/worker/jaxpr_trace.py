"""A program's intermediate values, each with the source line that computed it.

The program is traced to a jaxpr and flattened, so that every value is an output of one compiled function. A call into
a library belongs to the submission's line that makes it: JAX traces a library function once, so its equations carry
the frames of the first caller, or none.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.worker import jax_private
from grader.worker.wire import GIVEN, NAME_CAP, STEPS_CAP, VALUES_CAP

CALLS = ("jit", "pjit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call", "remat2", "checkpoint")
LOOP_CAP = 120  # equations of an unrolled loop


@dataclass(frozen=True)
class Place:
    """Where in the submission a value comes from: line, line of the entry itself, function."""

    line: int = 0
    caller: int = 0
    function: str = ""


@dataclass
class Walk:
    """The flattened program: each floating-point value with its place, its operation, and the values it came from."""

    filename: str
    values: list[Any] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    inputs: list[list[int]] = field(default_factory=list)
    made: dict[int, int] = field(default_factory=dict)
    outputs: list[int] = field(default_factory=list)
    cut: bool = False

    def note(self, place: Place, operation: str, given: Any, results: Any) -> None:
        """Keeps the floating-point results, as long as there is room."""
        import jax.numpy as jnp

        inputs = list(dict.fromkeys(self.made[id(v)] for v in given if id(v) in self.made))
        for result in results:
            if jnp.issubdtype(result.dtype, jnp.inexact):
                self.keep(result, place, operation, inputs)

    def keep(self, value: Any, place: Place, operation: str, inputs: list[int]) -> bool:
        """Keeps a value if there is room for it; returns whether there was."""
        room = VALUES_CAP - sum(v.size * v.dtype.itemsize for v in self.values)
        if len(self.values) >= STEPS_CAP or value.size * value.dtype.itemsize > room:
            self.cut = True
            return False
        self.made[id(value)] = len(self.values)
        self.values.append(value)
        self.places.append(place)
        self.operations.append(operation)
        self.inputs.append(inputs)
        return True


def steps(
    function: Callable[..., Any], arguments: tuple[Any, ...], filename: str
) -> tuple[list[list[Any]], list[int], dict[str, np.ndarray]]:
    """Returns every floating-point value that the function computes, in order.

    Args:
      function: what is traced.
      arguments: arrays, or trees of them.
      filename: of the submission, as its frames give it.

    Returns:
      A row for each value, [line, caller's line, function, operation, indices of the values it was computed from];
      the indices of the outputs; the values, by index. All three are empty if the program is so long that no output
      is among the values: a trail without its end cannot show where a program goes wrong.
    """
    import jax  # the worker has imported it at its start

    with jax_private.own_frames():
        closed = jax.make_jaxpr(function)(*arguments)
    walk = Walk(filename)

    def flat(*leaves: Any) -> list[Any]:
        nonlocal walk
        walk = Walk(filename)
        walk.made.update((id(leaf), GIVEN) for leaf in leaves)
        outputs = _run(closed.jaxpr, closed.consts, leaves, walk, Place(), own=True)
        walk.outputs = [at for output in outputs if (at := walk.made.get(id(output), GIVEN)) != GIVEN]
        return list(walk.values)

    values = jax.jit(flat)(*jax.tree_util.tree_leaves(arguments))
    if walk.cut and not walk.outputs:
        return [], [], {}
    rows = [
        [place.line, place.caller, place.function[:NAME_CAP], operation[:NAME_CAP], inputs]
        for place, operation, inputs in zip(walk.places, walk.operations, walk.inputs, strict=True)
    ]
    return rows, walk.outputs, {str(index): np.asarray(value) for index, value in enumerate(values)}


def residual_bytes(function: Callable[..., Any], variables: Any, x: Any) -> int:
    """Returns the bytes that ``jax.vjp`` keeps for the backward pass, without the variables."""
    import jax

    _, pull = jax.vjp(function, variables, x)
    own = {id(leaf) for leaf in jax.tree_util.tree_leaves(variables)}
    return sum(leaf.nbytes for leaf in jax.tree_util.tree_leaves(pull) if id(leaf) not in own)


def _run(jaxpr: Any, consts: Any, arguments: Any, walk: Walk, outer: Place, *, own: bool) -> list[Any]:
    """Evaluates a jaxpr. Its equations have their own lines if ``own``, else ``outer``, the place of the call."""
    values = dict(zip((*jaxpr.constvars, *jaxpr.invars), (*consts, *arguments), strict=True))

    def read(variable: Any) -> Any:
        return variable.val if hasattr(variable, "val") else values[variable]

    for equation in jaxpr.eqns:
        place = place_of(equation, walk.filename, outer) if own else outer
        given = [read(v) for v in equation.invars]
        results = _results(equation, given, walk, place, own=own)
        values.update(zip(equation.outvars, results, strict=True))
    return [read(v) for v in jaxpr.outvars]


def _results(equation: Any, given: list[Any], walk: Walk, place: Place, *, own: bool) -> list[Any]:
    """Evaluates one equation; walks into it if it is a call or a short loop."""
    name, inner = equation.primitive.name, inner_of(equation)
    if name in CALLS and inner:
        return _run(*inner, given, walk, place, own=own and is_own(inner[0], walk.filename))
    if name == "scan" and inner and equation.params["length"] * len(inner[0].eqns) <= LOOP_CAP:
        return _unrolled(equation.params, inner, given, walk, place, own=own)
    if name == "shard_map" and inner:
        return _on_each_device(equation.params, inner, given, walk, place, own=own)
    bound = equation.primitive.get_bind_params(equation.params)
    subfuns, parameters = bound if isinstance(bound, tuple) else ((), bound)  # a pair before jax 0.10
    results = equation.primitive.bind(*subfuns, *given, **parameters)
    results = list(results) if equation.primitive.multiple_results else [results]
    walk.note(place, name, given, results)
    return results


def constants_and_carry(parameters: Any) -> tuple[int, int]:
    """Returns how many of a scan's arguments are constants, and how many are carried; JAX 0.12 stores it anew."""
    if "num_consts" in parameters:
        return parameters["num_consts"], parameters["num_carry"]
    consts, carry, _ = parameters["ft_in"].unpack()
    return len(list(consts)), len(list(carry))


def _unrolled(parameters: Any, inner: Any, given: list[Any], walk: Walk, place: Place, *, own: bool) -> list[Any]:
    """Evaluates a scan step by step."""
    import jax.numpy as jnp

    first, carried = constants_and_carry(parameters)
    consts, carry, over = given[:first], given[first : first + carried], given[first + carried :]
    rows: list[list[Any]] = []
    count = range(parameters["length"])
    for i in reversed(count) if parameters["reverse"] else count:
        sliced = [x[i] for x in over]
        for x, row in zip(over, sliced, strict=True):
            walk.note(place, "slice", [x], [row])
        results = _run(inner[0], inner[1], [*consts, *carry, *sliced], walk, place, own=own)
        carry, ys = results[: len(carry)], results[len(carry) :]
        rows.append(ys)
    rows = rows[::-1] if parameters["reverse"] else rows
    stacked = [jnp.stack(column) for column in zip(*rows, strict=True)]
    for column, whole in zip(zip(*rows, strict=True), stacked, strict=True):
        walk.note(place, "stack", column, [whole])
    return [*carry, *stacked]


def _on_each_device(parameters: Any, inner: Any, given: list[Any], walk: Walk, place: Place, *, own: bool) -> list[Any]:
    """Evaluates a shard_map; each value within is kept for all devices, one after the other."""
    import jax
    from jax.sharding import PartitionSpec

    below = Walk(walk.filename)

    def run(*pieces: Any) -> tuple[list[Any], list[Any]]:
        nonlocal below
        below = Walk(walk.filename)
        below.made.update((id(piece), -2 - at) for at, piece in enumerate(pieces))  # below GIVEN: which of those given
        outputs = _run(inner[0], inner[1], pieces, below, place, own=own)
        below.outputs = [below.made.get(id(output), GIVEN) for output in outputs]
        return outputs, [value[None] for value in below.values]

    mesh, over_all = parameters["mesh"], PartitionSpec(parameters["mesh"].axis_names)
    specs = {"in_specs": tuple(parameters["in_specs"]), "out_specs": (list(parameters["out_specs"]), over_all)}
    results, values = jax.shard_map(run, mesh=mesh, **specs, check_vma=parameters["check_vma"])(*given)
    noted: dict[int, int] = {-2 - at: walk.made[id(v)] for at, v in enumerate(given) if id(v) in walk.made}
    for at, value in enumerate(values):
        inputs = [noted[i] for i in below.inputs[at] if i in noted]
        if walk.keep(value, below.places[at], below.operations[at], inputs):
            noted[at] = walk.made[id(value)]
    walk.cut |= below.cut
    walk.made.update((id(r), noted[at]) for r, at in zip(results, below.outputs, strict=True) if at in noted)
    return results


def inner_of(equation: Any) -> tuple[Any, Any] | None:
    """The jaxpr that an equation holds, and its constants."""
    inner = equation.params.get("jaxpr", equation.params.get("call_jaxpr"))
    if inner is None:
        return None
    return (inner.jaxpr, inner.consts) if hasattr(inner, "jaxpr") else (inner, ())


def is_own(jaxpr: Any, filename: str) -> bool:
    """Whether a called function was written in the submission: then its equations' own lines count."""
    return f" at {filename}:" in str(getattr(jaxpr.debug_info, "func_src_info", ""))


def place_of(equation: Any, filename: str, outer: Place) -> Place:
    """The submission's innermost frame; where it has none, the place of the call."""
    traceback = equation.source_info.traceback
    frames = [f for f in traceback.frames if f.file_name == filename] if traceback else []
    if not frames:
        return outer
    lines = [int(getattr(f, "line_num", 0) or getattr(f, "start_line", 0)) for f in frames]
    return Place(lines[0], outer.caller or lines[-1], str(frames[0].function_name))
