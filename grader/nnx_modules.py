"""Modules of Flax NNX, which keep their own variables, as functions of them. Part of the worker.

A module is split into its structure and its state, and merged again for each call: so it runs under jit, vmap and grad
as a function does, and a call cannot change the module of the next.
"""

from collections.abc import Callable, Mapping
from typing import Any

State = Any  # nnx.State: a tree whose leaves are arrays


def split(module: Any) -> tuple[Callable[[State, Any], Any], State]:  # noqa: ANN401 - a module
    """The module as a function of its state and x; and its state."""
    from flax import nnx  # noqa: PLC0415 - in the worker, where it is imported long since

    structure, state = nnx.split(module)
    return lambda state, x: nnx.merge(structure, state)(x), state


def parameters(state: State) -> dict[str, Any]:
    """Path -> ``nnx.Param``, such as "gamma"."""
    from flax import nnx  # noqa: PLC0415

    return {_name(path): leaf for path, leaf in nnx.to_flat_state(state) if isinstance(leaf, nnx.Param)}


def made(module: Any, x: Any) -> dict[str, Any]:  # noqa: ANN401 - a module and an array
    """What a new module holds, named by what it is: "params/gamma" is an ``nnx.Param``.

    Where it has none, it is shown what serves in place of them: "variable/gamma", a variable of another type,
    "array/gamma", an array alone, or else "late/gamma", which its first call makes.
    """
    from flax import nnx  # noqa: PLC0415

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
    """The state with these values in its parameters.

    Raises:
      KeyError: if it has no parameter of such a name.
    """
    from flax import nnx  # noqa: PLC0415

    flat, found = dict(nnx.to_flat_state(state)), parameters(state)
    given = {tuple(name.split("/")): found[name].replace(array) for name, array in arrays.items()}
    return nnx.from_flat_state({**flat, **given})


def value_of(leaf: Any) -> Any:  # noqa: ANN401 - a variable or an array
    """The array in a variable; Flax asks for it in another way since 0.12."""
    from flax import nnx  # noqa: PLC0415

    if not isinstance(leaf, nnx.Variable):
        return leaf
    return leaf.get_value() if hasattr(type(leaf), "get_value") else leaf.value


def _kind(leaf: object) -> str:
    from flax import nnx  # noqa: PLC0415

    return "variable" if isinstance(leaf, nnx.Variable) else "array"


def _name(path: tuple[Any, ...]) -> str:
    return "/".join(str(part) for part in path)
