"""How an entry is found in a submission and applied, for each kind. Part of the worker, in the student's process."""

import inspect
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from grader import devices, nnx_modules, trace, wire

ANSWER_CAP = 16 << 20  # bytes of one case's answer
MESSAGE_CAP = 2_000  # characters kept of an exception's message
NAMES_CAP = 40
NAME_CAP = 60
PARTS_CAP = 8  # arrays that one call may return
MODULES = ("linen_module", "nnx_module")
COMPILED = ("jit", "stream", "gradient")
MEASURED = {"residuals": trace.residual_bytes, "sent": devices.sent_bytes}
Compile = Callable[[Any, tuple[Any, ...]], Callable[..., Any]]  # of what jax.jit returns and its arguments


class Rejected(Exception):  # noqa: N818 - not an error of ours: it carries what is wrong with a submission
    """The submission cannot go on; ``problem`` says why."""

    def __init__(self, kind: str, **details: Any) -> None:  # noqa: ANN401 - JSON values
        super().__init__(kind)
        self.problem = {"kind": kind, **details}


class Entry(NamedTuple):
    """What a submission defines: its kind, how arrays are handed over, and the object itself."""

    kind: str
    arrays: str
    found: Any


class Prepared(NamedTuple):
    """A call made ready: ``apply(variables, x)``; and the parameters that the entry has made itself."""

    apply: Callable[..., Any]
    variables: Any
    x: Any
    made: Mapping[str, np.ndarray]


def find(namespace: Mapping[str, Any], asked: Mapping[str, str]) -> Entry:
    """The entry, if it is of the kind that is asked for."""
    name = asked["name"]
    if name not in namespace:
        names = [n for n, v in namespace.items() if type(n) is str and isinstance(v, type | types.FunctionType)]
        public = [n[:NAME_CAP] for n in names if not n.startswith("_")]
        raise Rejected("missing", names=public[:NAMES_CAP])
    found = namespace[name]
    if asked["kind"] in MODULES:
        _check_module(found, asked["kind"])
    elif isinstance(found, type) or not callable(found):
        message = "a class" if isinstance(found, type) else f"an object of type {type_name(found)}"
        raise Rejected("not_function", message=message)
    return Entry(asked["kind"], asked["arrays"], found)


def answer(
    entry: Entry, case: Mapping[str, Any], arrays: Mapping[str, np.ndarray], compiled: Compile
) -> dict[str, np.ndarray]:
    """Does what the case asks, as the exercise's statement says; ``compiled`` compiles what is to run under jit."""
    if entry.kind == "training":
        return _capped(_classified(entry.found, case, arrays))
    apply, variables, x, made = prepared(entry, case, arrays)
    transform, call = case["transform"], (variables, x)
    before = _bytes(variables, x) if case["untouched"] else {}
    if transform in MEASURED:
        return {"value": np.asarray(MEASURED[transform](apply, variables, x))}
    if transform == "gradient":
        apply, call = differentiated(entry, apply, case["of"]), (variables, x, arrays["cotangent"])
    apply = _transformed(apply, transform)
    if transform in COMPILED:
        apply = compiled(apply, call)
    result = _capped({**made, **_returned(apply(*call))})
    now = _bytes(variables, x) if before else {}
    if changed := [name for name in before if now[name] != before[name]]:
        raise Rejected("changed", names=changed)
    return result


def prepared(entry: Entry, case: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Prepared:
    """The call, its variables (the case's, or a module's own) and the input."""
    import jax  # noqa: PLC0415 - in the worker, where it is imported long since

    if entry.kind == "function":
        given = np.array if entry.arrays == "numpy" else jax.numpy.asarray
        variables = {name: given(arrays[name]) for name in case["parameters"]}
        call = _call_of(entry.found, case, variables)
        apply = devices.on_each(call, case["shards"]) if case["shards"] else call
        return Prepared(apply, variables, given(arrays["x"]), {})
    x = jax.numpy.asarray(arrays["x"])
    if entry.kind == "nnx_module":
        return _prepared_nnx(entry.found, case, arrays, x)
    module = _built(entry.found, case["arguments"])
    if case["parameters"]:
        variables = {"params": {name: jax.numpy.asarray(arrays[name]) for name in case["parameters"]}}
        return Prepared(module.apply, variables, x, {})
    variables = module.init(jax.random.PRNGKey(case["seed"]), x)
    return Prepared(module.apply, variables, x, _tree(variables))


def _prepared_nnx(
    found: type,
    case: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    x: Any,  # noqa: ANN401 - an array
) -> Prepared:
    """The same for a module that keeps its variables: its state is what the call varies with."""
    import jax  # noqa: PLC0415
    from flax import nnx  # noqa: PLC0415

    arguments = {**case["arguments"], "rngs": nnx.Rngs(case["seed"])}
    _check_signature(found.__init__, ["self"], list(arguments), hidden=1)
    module = found(**arguments)
    apply, state = nnx_modules.split(module)
    if not case["parameters"]:
        return Prepared(apply, state, x, _named(nnx_modules.made(module, x).items()))
    given = {name: jax.numpy.asarray(arrays[name]) for name in case["parameters"]}
    try:
        return Prepared(apply, nnx_modules.with_parameters(state, given), x, {})
    except KeyError as error:
        raise Rejected("parameters", message=f"the module has no nnx.Param {error.args[0]}") from None


def type_name(found: object) -> str:
    """The name of an object's type, whatever its metaclass makes of that."""
    name = type.__dict__["__name__"].__get__(type(found))
    return name[:NAME_CAP]


def message_of(error: BaseException) -> str:
    """What an exception says."""
    try:
        return str.__str__(str(error)[:MESSAGE_CAP])
    except BaseException:  # noqa: BLE001 - __str__ is the submission's code too
        return "(its message cannot be read)"


def _check_module(found: object, asked: str) -> None:
    from flax import linen, nnx  # noqa: PLC0415

    wanted = {"linen_module": linen.Module, "nnx_module": nnx.Module}[asked]
    if isinstance(found, type) and issubclass(found, wanted):
        return
    what = f"an object of type {type_name(found)}"
    if isinstance(found, types.FunctionType):
        what = "a function"
    elif isinstance(found, type):
        what = "a class of another kind"
        if issubclass(found, linen.Module | nnx.Module):
            what = "a Flax NNX module" if issubclass(found, nnx.Module) else "a Flax Linen module"
    raise Rejected("not_module", message=what, type=f"flax.{'nnx' if asked == 'nnx_module' else 'linen'}.Module")


def _bytes(variables: Any, x: Any) -> dict[str, bytes]:  # noqa: ANN401 - arrays, by name or in a module's tree
    """What the arrays hold that a call is given."""
    named = variables.items() if isinstance(variables, Mapping) else ()
    return {name: np.asarray(a).tobytes() for name, a in (("x", x), *named) if _is_array(a)}


def _built(entry: type, arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a module
    try:
        return entry(**arguments)
    except TypeError as error:
        raise Rejected("constructor", message=message_of(error), names=list(arguments)) from None


def _call_of(function: Callable, case: Mapping[str, Any], variables: Mapping[str, Any]) -> Callable:
    """The function as one of its parameters and x, after a look at whether it takes what it will be given."""
    arguments, stream = case["arguments"], case["transform"] == "stream"
    _check_signature(function, ["x"], [*variables, *arguments])

    def apply(variables: Mapping[str, Any], x: Any) -> Any:  # noqa: ANN401 - arrays
        return function(iter(x) if stream else x, **variables, **arguments)

    return apply


def _check_signature(function: Callable, positional: list[str], named: list[str], *, hidden: int = 0) -> None:
    """Whether a call will fit; of the arguments by position, ``hidden`` are none that the statement speaks of."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*positional, **dict.fromkeys(named))
    except TypeError as error:
        raise Rejected("constructor", message=message_of(error), names=[*positional[hidden:], *named]) from None


def _classified(train: Callable, case: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Trains on the batches, then classifies: all of x at once, and its first elements one by one."""
    import jax.numpy as jnp  # noqa: PLC0415

    _check_signature(train, ["batches"], list(case["arguments"]))

    def batches() -> Iterator[tuple[Any, Any]]:
        for images, labels in zip(arrays["images"], arrays["labels"], strict=True):
            yield jnp.asarray(images), jnp.asarray(labels, jnp.int32)

    classify = train(batches(), **case["arguments"])
    if not callable(classify):
        raise Rejected("returned", message=f"an object of type {type_name(classify)}", type="the classifier")
    scores = _array(classify(jnp.asarray(arrays["x"])), "what the classifier returns")
    one_by_one = [
        _array(classify(jnp.asarray(arrays["x"][i : i + 1])), "what the classifier returns")
        for i in range(case["alone"])
    ]
    alone = {"alone": np.concatenate(one_by_one)} if one_by_one else {}
    return {"value": scores, **alone}


def _capped(result: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    largest = max(result.values(), key=lambda array: array.nbytes)
    if sum(array.nbytes for array in result.values()) > ANSWER_CAP:
        raise Rejected("too_large", message=f"{largest.dtype}{list(largest.shape)}")
    return result


def _transformed(apply: Callable, transform: str) -> Any:  # noqa: ANN401 - jax.jit's result has methods of its own
    import jax  # noqa: PLC0415

    if transform in COMPILED:
        return jax.jit(apply)
    if transform == "forward":
        return lambda variables, x: jax.jvp(lambda x: apply(variables, x), (x,), (jax.numpy.ones_like(x),))[1]
    return jax.vmap(apply, in_axes=(None, 0)) if transform == "vmap" else apply


def differentiated(entry: Entry, apply: Callable, of: str) -> Callable:
    """The gradient of the weighted sum of the outputs with respect to the input, or to one of the parameters."""
    import jax  # noqa: PLC0415

    def loss(variables: Any, x: Any, cotangent: Any) -> Any:  # noqa: ANN401 - arrays
        return (apply(variables, x) * cotangent).sum()

    if of == "x":
        return jax.grad(loss, argnums=1)

    def gradient(variables: Any, x: Any, cotangent: Any) -> Any:  # noqa: ANN401 - arrays
        tree = jax.grad(loss, allow_int=True)(variables, x, cotangent)
        if entry.kind == "nnx_module":
            return nnx_modules.value_of(nnx_modules.parameters(tree)[of])
        return tree[of] if entry.kind == "function" else tree["params"][of]

    return gradient


def _tree(variables: object) -> dict[str, np.ndarray]:
    """Flattens a tree of parameters to names such as "params/gamma"."""
    import jax  # noqa: PLC0415
    from flax.core import meta  # noqa: PLC0415

    leaves = jax.tree_util.tree_flatten_with_path(meta.unbox(variables))[0]
    return _named(("/".join(str(getattr(key, "key", key)) for key in path), leaf) for path, leaf in leaves)


def _named(leaves: Iterable[tuple[str, Any]]) -> dict[str, np.ndarray]:
    """Parameters by name, as many as can cross."""
    named = [(name[:NAME_CAP], leaf) for name, leaf in leaves]
    if len(named) > NAMES_CAP:
        raise Rejected("parameters", message=f"the module makes {len(named)} parameters")
    return {name: _array(leaf, f"the parameter {name.partition('/')[2]}") for name, leaf in named}


def _returned(output: object) -> dict[str, np.ndarray]:
    """The array that was returned, or each of several."""
    parts = list(output) if isinstance(output, tuple | list) else []
    if not any(_is_array(part) for part in parts):
        return {"value": _array(output, "the output")}
    if len(parts) > PARTS_CAP:
        raise Rejected("returned", message=f"a tuple of {len(parts)}", type="the output")
    return {f"value/{i}": _array(part, f"part {i} of what is returned") for i, part in enumerate(parts)}


def _is_array(y: object) -> bool:
    import jax  # noqa: PLC0415

    return isinstance(y, jax.Array | np.ndarray | np.generic)


def _array(y: Any, what: str) -> np.ndarray:  # noqa: ANN401 - whatever was returned
    """The array that was returned, if it is one of a dtype that can cross."""
    if not _is_array(y):
        found = "None" if y is None else f"an object of type {type_name(y)}"
        raise Rejected("returned", message=found, type=what)
    if y.dtype.name not in wire.DTYPES:
        raise Rejected("dtype", message=y.dtype.name[:NAME_CAP], type=what)
    return np.asarray(y)
