"""Flax NNX modules, which keep their own variables, as functions of those variables.

A module is split into its structure and its state, and merged again for each call. It then runs under jit, vmap and
grad as a function does, and no call changes the module of the next.
"""

from collections.abc import Callable, Mapping
from typing import Any

State = Any  # nnx.State: a tree whose leaves are arrays


def split(module: Any) -> tuple[Callable[[State, Any], Any], State]:
    """Returns the module as a function of its state and x, and its state."""
    from flax import nnx  # the worker has imported it at its start

    structure, state = nnx.split(module)
    return lambda state, x: nnx.merge(structure, state)(x), state


def parameters(state: State) -> dict[str, Any]:
    """Path -> ``nnx.Param``, such as "gamma"."""
    from flax import nnx

    return {_name(path): leaf for path, leaf in nnx.to_flat_state(state) if isinstance(leaf, nnx.Param)}


def made(module: Any, x: Any) -> dict[str, Any]:
    """Returns what a new module holds, named by kind: "params/gamma" is an ``nnx.Param``.

    A module without parameters shows what it has instead: "variable/gamma", a variable of another type, "array/gamma",
    a bare array, or else "late/gamma", a parameter that its first call creates.
    """
    from flax import nnx

    structure, state = nnx.split(module)
    if found := parameters(state):
        return {f"params/{name}": value_of(leaf) for name, leaf in found.items()}
    others = {_name(path): leaf for path, leaf in nnx.to_flat_state(state) if not isinstance(leaf, nnx.RngState)}
    if others:
        return {f"{_kind(leaf)}/{name}": value_of(leaf) for name, leaf in others.items()}
    called = nnx.merge(structure, state)
    called(x)
    return {f"late/{name}": value_of(leaf) for name, leaf in parameters(nnx.split(called)[1]).items()}


def with_parameters(state: State, arrays: Mapping[str, Any]) -> State:
    """Returns the state with these values in its parameters.

    Raises:
      KeyError: if it has no parameter of such a name.
    """
    from flax import nnx

    flat, found = dict(nnx.to_flat_state(state)), parameters(state)
    given = {tuple(name.split("/")): found[name].replace(array) for name, array in arrays.items()}
    return nnx.from_flat_state({**flat, **given})


def value_of(leaf: Any) -> Any:
    """Returns the array in a variable; Flax 0.12 replaced ``value`` by ``get_value``."""
    from flax import nnx

    if not isinstance(leaf, nnx.Variable):
        return leaf
    return leaf.get_value() if hasattr(type(leaf), "get_value") else leaf.value


def _kind(leaf: object) -> str:
    from flax import nnx

    return "variable" if isinstance(leaf, nnx.Variable) else "array"


def _name(path: tuple[Any, ...]) -> str:
    return "/".join(str(part) for part in path)
