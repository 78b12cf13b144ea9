"""Finds a submission's entry and applies it, for each kind of entry."""

import inspect
import time
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from grader.worker import devices, jaxpr_trace, nnx_modules, wire
from grader.worker.wire import MESSAGE_CAP, NAME_CAP

ANSWER_CAP = 16 << 20  # bytes of one case's answer
NAMES_CAP = 40
PARTS_CAP = 8  # arrays that one call may return
MODULES = ("linen_module", "nnx_module")
COMPILED = ("jit", "stream", "gradient")
MEASURED = {"residuals": jaxpr_trace.residual_bytes, "sent": devices.sent_bytes}
Compile = Callable[[Any, tuple[Any, ...]], Callable[..., Any]]  # takes what jax.jit returns, and the call's arguments


class Rejected(Exception):  # noqa: N818 - not an error of ours: it carries what is wrong with a submission
    """The submission cannot go on; ``problem`` says why."""

    def __init__(self, kind: str, **details: Any) -> None:
        super().__init__(kind)
        self.problem = {"kind": kind, **details}


class Entry(NamedTuple):
    """What a submission defines: its kind, how arrays are handed over, and the object itself."""

    kind: str
    arrays: str
    found: Any


class Prepared(NamedTuple):
    """A call, ``apply(variables, x)``, and the parameters that the entry created itself."""

    apply: Callable[..., Any]
    variables: Any
    x: Any
    made: Mapping[str, Any]


def find(namespace: Mapping[str, Any], asked: Mapping[str, str]) -> Entry:
    """Returns the entry.

    Raises:
      Rejected: if there is none, or it is of another kind.
    """
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
    """Answers a case as the exercise's statement says; ``compiled`` compiles what runs under jit."""
    if entry.kind == "training":
        return _capped(_classified(entry.found, case, arrays))
    apply, variables, x, made = prepared(entry, case, arrays)
    made = {name: np.asarray(leaf) for name, leaf in made.items()}  # before the call, which may change it
    transform, call = case["transform"], (variables, x)
    if transform in MEASURED:
        return {"value": np.asarray(MEASURED[transform](apply, variables, x))}
    if transform == "gradient":
        apply, call = differentiated(entry, apply, case["of"]), (variables, x, arrays["cotangent"])
    apply = transformed(apply, transform)
    if transform in COMPILED:
        apply = compiled(apply, call)
    result = {**made, **{name: np.asarray(part) for name, part in returned(apply(*call)).items()}}
    if case.get("untouched"):  # what is left of the arrays; those of JAX cannot change
        left = {**variables, "x": x} if entry.arrays == "numpy" else arrays
        result |= {f"given/{name}": np.asarray(left[name]) for name in ("x", *case["parameters"])}
    return _capped(result)


def answers(
    entry: Entry, case: Mapping[str, Any], given: Mapping[str, np.ndarray], seconds: float
) -> dict[str, np.ndarray]:
    """Answers a case for one row of the arrays after the other, as long as there is time; the answers lie so too."""
    found, began = [], time.monotonic()
    for row in zip(*given.values(), strict=True):
        if time.monotonic() - began < seconds:
            found.append(answer(entry, case, dict(zip(given, row, strict=True)), lambda function, call: function))
    return {name: np.stack([one[name] for one in found]) for name in found[0]} if found else {}


def prepared(
    entry: Entry, case: Mapping[str, Any], arrays: Mapping[str, Any], *, devices_there: bool = True
) -> Prepared:
    """Returns the call with its variables (the case's, or the module's own) and its input.

    Arrays may be tracers. Without devices, a call that is sharded can be traced and not run.
    """
    import jax  # the worker has imported it at its start

    if entry.kind == "function":
        given = np.array if entry.arrays == "numpy" else jax.numpy.asarray
        variables = {name: given(arrays[name]) for name in case["parameters"]}
        call = _call_of(entry.found, case, variables)
        apply = devices.on_each(call, case["shards"], there=devices_there) if case["shards"] else call
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
    x: Any,
) -> Prepared:
    """Does the same for an NNX module, whose state takes the place of the variables."""
    import jax
    from flax import nnx

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
    """Returns the name of an object's type, even where its metaclass hides it."""
    name = type.__dict__["__name__"].__get__(type(found))
    return name[:NAME_CAP]


def message_of(error: BaseException) -> str:
    """Returns an exception's message."""
    try:
        return str.__str__(str(error)[:MESSAGE_CAP])
    except BaseException:  # __str__ is the submission's code too
        return "(its message cannot be read)"


def _check_module(found: object, asked: str) -> None:
    from flax import linen, nnx

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


def _built(entry: type, arguments: Mapping[str, Any]) -> Any:
    try:
        return entry(**arguments)
    except TypeError as error:
        raise Rejected("constructor", message=message_of(error), names=list(arguments)) from None


def _call_of(function: Callable, case: Mapping[str, Any], variables: Mapping[str, Any]) -> Callable:
    """Returns the function as ``apply(variables, x)``, after a check that its signature fits."""
    arguments, stream = case["arguments"], case["transform"] == "stream"
    by_position = _by_position(function, [*variables, *arguments])
    _check_signature(function, ["x", *by_position], [n for n in (*variables, *arguments) if n not in by_position])

    def apply(variables: Mapping[str, Any], x: Any) -> Any:
        given = {**variables, **arguments}
        first = [given.pop(name) for name in by_position]
        return function(iter(x) if stream else x, *first, **given)

    return apply


def _by_position(function: Callable, named: list[str]) -> list[str]:
    """Those of the arguments that a function takes by position only, in its order."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters[1:] if p.kind is p.POSITIONAL_ONLY and p.name in named]


def _check_signature(function: Callable, positional: list[str], named: list[str], *, hidden: int = 0) -> None:
    """Checks that a call will fit; the message leaves out the first ``hidden`` positional arguments."""
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
    import jax.numpy as jnp

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


def transformed(apply: Callable, transform: str) -> Any:
    """Returns the call under a transformation of JAX's, by name; as it is if the name is of none."""
    import jax

    if transform in COMPILED:
        return jax.jit(apply)
    if transform == "forward":
        return lambda variables, x: jax.jvp(lambda x: apply(variables, x), (x,), (jax.numpy.ones_like(x),))[1]
    return jax.vmap(apply, in_axes=(None, 0)) if transform == "vmap" else apply


def differentiated(entry: Entry, apply: Callable, of: str) -> Callable:
    """The gradient of the weighted sum of the outputs with respect to the input, or to one of the parameters."""
    import jax

    def loss(variables: Any, x: Any, cotangent: Any) -> Any:
        return (apply(variables, x) * cotangent).sum()

    if of == "x":
        return jax.grad(loss, argnums=1)

    def gradient(variables: Any, x: Any, cotangent: Any) -> Any:
        tree = jax.grad(loss, allow_int=True)(variables, x, cotangent)
        if entry.kind == "nnx_module":
            return nnx_modules.value_of(nnx_modules.parameters(tree)[of])
        return tree[of] if entry.kind == "function" else tree["params"][of]

    return gradient


def _tree(variables: object) -> dict[str, Any]:
    """Flattens a tree of parameters to names such as "params/gamma"."""
    import jax
    from flax.core import meta

    leaves = jax.tree_util.tree_flatten_with_path(meta.unbox(variables))[0]
    return _named(("/".join(str(getattr(key, "key", key)) for key in path), leaf) for path, leaf in leaves)


def _named(leaves: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Returns parameters by name; refuses more than can be sent."""
    named = [(name[:NAME_CAP], leaf) for name, leaf in leaves]
    if len(named) > NAMES_CAP:
        raise Rejected("parameters", message=f"the module makes {len(named)} parameters")
    return {name: _checked(leaf, f"the parameter {name.partition('/')[2]}") for name, leaf in named}


def returned(output: object) -> dict[str, Any]:
    """The array that was returned, or each of several."""
    parts = list(output) if isinstance(output, tuple | list) else []
    if not any(_is_array(part) for part in parts):
        return {"value": _checked(output, "the output")}
    if len(parts) > PARTS_CAP:
        raise Rejected("returned", message=f"a tuple of {len(parts)}", type="the output")
    return {f"value/{i}": _checked(part, f"part {i} of what is returned") for i, part in enumerate(parts)}


def _is_array(y: object) -> bool:
    import jax

    return isinstance(y, jax.Array | np.ndarray | np.generic)


def _array(y: Any, what: str) -> np.ndarray:
    """Returns what was returned as an array that can be sent."""
    return np.asarray(_checked(y, what))


def _checked(y: Any, what: str) -> Any:
    """Returns what was returned, or the tracer, if it is an array of a dtype that can be sent."""
    if not _is_array(y):
        found = "None" if y is None else f"an object of type {type_name(y)}"
        raise Rejected("returned", message=found, type=what)
    if y.dtype.name not in wire.DTYPES:
        raise Rejected("dtype", message=y.dtype.name[:NAME_CAP], type=what)
    return y
