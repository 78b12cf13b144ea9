"""Several devices, on the CPU: a call whose input is cut over them, and what they send to each other.

Part of the worker, in the student's process. How many devices there are is settled when the backend starts, before any
of the submission is read.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

DEVICES = 4
# What JAX calls the operations by which devices exchange values, and what stands before a variant's name.
COLLECTIVES = ("psum", "pmax", "pmin", "all_gather", "all_to_all", "ppermute", "reduce_scatter", "ragged_all_to_all")


_JAX: dict[str, Any] = {}  # JAX's own functions, from before a submission could have put others in their place


def provide() -> None:
    """Has the CPU's backend start with several devices.

    Raises:
      RuntimeError: if it has started already.
    """
    import jax  # noqa: PLC0415 - the judge does without

    _JAX.update(shard_map=jax.shard_map, make_jaxpr=jax.make_jaxpr)
    jax.config.update("jax_num_cpu_devices", DEVICES)


def without_prints() -> None:
    """``jax.debug.print`` and ``jax.debug.callback`` do nothing from here on.

    Each device calls back on a thread of its own, which opens a file when it first does: behind the wall a program that
    is right but for a print would raise an error.
    """
    import jax  # noqa: PLC0415

    def nothing(*_: object, **__: object) -> None:
        """Nothing to do."""

    jax.debug.print = jax.debug.callback = nothing


def on_each(apply: Callable[..., Any], shards: Mapping[str, Any]) -> Callable[..., Any]:
    """The call of variables and x, made on each device with its piece of x and all of the variables.

    Args:
      apply: called as ``apply(variables, x)``; what it returns is cut as x is.
      shards: "mesh", pairs of an axis and how many devices lie along it, and "cut", for each axis of x the mesh's axis
        or "".
    """
    import jax  # noqa: PLC0415
    from jax.sharding import Mesh, PartitionSpec  # noqa: PLC0415

    names, sizes = zip(*shards["mesh"], strict=True)
    mesh = Mesh(np.array(jax.devices()[: int(np.prod(sizes))]).reshape(sizes), names)
    cut = PartitionSpec(*(name or None for name in shards["cut"]))
    shard_map = _JAX.get("shard_map", jax.shard_map)
    return shard_map(apply, mesh=mesh, in_specs=(PartitionSpec(), cut), out_specs=cut)


def sent_bytes(apply: Callable[..., Any], variables: Any, x: Any) -> int:  # noqa: ANN401 - arrays
    """What one device gives to collective operations in a call, in bytes; a loop's as often as it goes round."""
    import jax  # noqa: PLC0415

    make_jaxpr = _JAX.get("make_jaxpr", jax.make_jaxpr)
    return _sent(make_jaxpr(apply)(variables, x).jaxpr)


def _sent(jaxpr: Any) -> int:  # noqa: ANN401
    total = 0
    for equation in jaxpr.eqns:
        if equation.primitive.name.startswith(COLLECTIVES):
            total += sum(v.aval.size * v.aval.dtype.itemsize for v in equation.invars)
        times = equation.params.get("length", 1) if equation.primitive.name == "scan" else 1
        total += times * sum(_sent(inner) for inner in _within(equation))
    return total


def _within(equation: Any) -> list[Any]:  # noqa: ANN401
    """The jaxprs that an equation holds."""
    held = [v for given in equation.params.values() for v in (given if isinstance(given, tuple | list) else [given])]
    opened = [getattr(v, "jaxpr", v) for v in held]
    return [v for v in opened if hasattr(v, "eqns")]
