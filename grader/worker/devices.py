"""Several CPU devices: a call whose input is split over them, and what they send to each other.

The number of devices is fixed when the backend starts, before any of the submission is read.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

DEVICES = 4
# JAX's collective operations; the name of a variant begins with one of these.
COLLECTIVES = ("psum", "pmax", "pmin", "all_gather", "all_to_all", "ppermute", "reduce_scatter", "ragged_all_to_all")


_JAX: dict[str, Any] = {}  # JAX's own functions, kept before a submission can replace them


def provide() -> None:
    """Makes the CPU backend start with several devices.

    Raises:
      RuntimeError: if it has started already.
    """
    import jax  # the judge does without

    _JAX.update(shard_map=jax.shard_map, make_jaxpr=jax.make_jaxpr)
    jax.config.update("jax_num_cpu_devices", DEVICES)


def without_prints() -> None:
    """Makes ``jax.debug.print`` and ``jax.debug.callback`` do nothing.

    Each device calls back on its own thread, which opens a file on its first call. The sandbox refuses that, so a
    correct program that prints would raise an error.
    """
    import jax

    def nothing(*_: object, **__: object) -> None:
        """Does nothing."""

    jax.debug.print = jax.debug.callback = nothing


def on_each(apply: Callable[..., Any], shards: Mapping[str, Any], *, there: bool = True) -> Callable[..., Any]:
    """Returns a function that calls ``apply`` on each device, with that device's piece of x and all variables.

    Args:
      apply: called as ``apply(variables, x)``; its result is split as x is.
      shards: "mesh", pairs of an axis and how many devices lie along it, and "cut", for each axis of x the mesh's axis
        or "".
      there: whether the devices are there; if not, the function can be traced and not run, and starts no backend.
    """
    import jax
    from jax.sharding import AbstractMesh, AxisType, Mesh, PartitionSpec

    names, sizes = zip(*shards["mesh"], strict=True)
    if there:
        mesh = Mesh(np.array(jax.devices()[: int(np.prod(sizes))]).reshape(sizes), names)
    else:
        mesh = AbstractMesh(sizes, names, axis_types=(AxisType.Auto,) * len(names))
    cut = PartitionSpec(*(name or None for name in shards["cut"]))
    shard_map = _JAX.get("shard_map", jax.shard_map)
    return shard_map(apply, mesh=mesh, in_specs=(PartitionSpec(), cut), out_specs=cut)


def sent_bytes(apply: Callable[..., Any], variables: Any, x: Any) -> int:
    """Bytes that one device passes to collective operations in a call; those in a loop count once a step."""
    import jax

    make_jaxpr = _JAX.get("make_jaxpr", jax.make_jaxpr)
    return _sent(make_jaxpr(apply)(variables, x).jaxpr)


def _sent(jaxpr: Any) -> int:
    total = 0
    for equation in jaxpr.eqns:
        if equation.primitive.name.startswith(COLLECTIVES):
            total += sum(v.aval.size * v.aval.dtype.itemsize for v in equation.invars)
        times = equation.params.get("length", 1) if equation.primitive.name == "scan" else 1
        total += times * sum(_sent(inner) for inner in _within(equation))
    return total


def _within(equation: Any) -> list[Any]:
    """The jaxprs that an equation holds."""
    held = [v for given in equation.params.values() for v in (given if isinstance(given, tuple | list) else [given])]
    opened = [getattr(v, "jaxpr", v) for v in held]
    return [v for v in opened if hasattr(v, "eqns")]
