"""The only code of ours in the student's process: ``python -m grader.worker FD``.

Reads one request from standard input, runs the submission case by case, and writes what happened to the file descriptor
FD, a message an event. It holds inputs and the entry's name, never an expected value; whatever the submission does to
this process, it can only answer, and answers are data that the judge compares.

Events: ready (our own imports are done; what follows is the submission's time) - loaded or rejected (its top level ran,
or why not) - started and answered, for each case - finished.
"""

import contextlib
import io
import linecache
import os
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, TextIO

import numpy as np

from grader import wire

PRINTED_CAP = 4_000  # characters kept of what a case printed
MESSAGE_CAP = 2_000  # characters kept of an exception's message
FRAMES_CAP = 5  # innermost frames of the submission's own
ANSWER_CAP = 16 << 20  # bytes of one case's answer
NAMES_CAP = 40


class Rejected(Exception):  # noqa: N818 - not an error of ours: it carries what is wrong with a submission
    """The submission cannot go on; ``problem`` says why."""

    def __init__(self, kind: str, **details: Any) -> None:  # noqa: ANN401 - JSON values
        super().__init__(kind)
        self.problem = {"kind": kind, **details}


class Printed(io.TextIOBase):
    """Keeps the beginning of what is printed and passes all of it on, to where its amount is limited."""

    def __init__(self, beyond: TextIO) -> None:
        self._beyond = beyond
        self._kept: list[str] = []
        self._room = PRINTED_CAP

    def write(self, text: str, /) -> int:
        """Keeps what there is room for."""
        if self._room > 0:
            self._kept.append(text[: self._room])
            self._room -= len(text)
        return self._beyond.write(text)

    def flush(self) -> None:
        """Flushes the stream beyond."""
        self._beyond.flush()

    def fileno(self) -> int:
        """The descriptor of the stream beyond."""
        return self._beyond.fileno()

    def take(self) -> str:
        """Returns what was kept and starts anew."""
        kept, self._kept, self._room = "".join(self._kept), [], PRINTED_CAP
        return kept


def main() -> None:
    """Answers one request and leaves without running anybody's exit handlers."""
    answers = os.fdopen(int(sys.argv[1]), "wb", buffering=0)
    request = next(iter(wire.Decoder().feed(sys.stdin.buffer.read())))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    _start_backend()
    _send(answers, {"event": "ready"})
    printed = Printed(sys.stdout)
    sys.stdout = sys.stderr = printed
    try:
        entry = _load(request.body["source"], request.body["filename"], request.body["entry"])
    except Rejected as rejected:
        _send(answers, {"event": "rejected", "problem": rejected.problem, "printed": printed.take()})
    else:
        _send(answers, {"event": "loaded", "printed": printed.take()})
        for index, case in enumerate(request.body["cases"]):
            _send(answers, {"event": "started", "case": index})
            arrays = {name: request.arrays[f"{index}/{name}"] for name in ("x", *case["parameters"])}
            problem, result = _guarded(lambda c=case, a=arrays: _answer(entry, c, a), request.body["filename"])
            event = {"event": "answered", "case": index, "problem": problem, "printed": printed.take()}
            _send(answers, event, result or {})
        _send(answers, {"event": "finished"})
    with contextlib.suppress(BaseException):
        printed.flush()
    os._exit(0)


def _send(answers: BinaryIO, body: Mapping[str, Any], arrays: Mapping[str, np.ndarray] | None = None) -> None:
    left = memoryview(wire.encode(body, arrays))
    while left:
        left = left[answers.write(left) or 0 :]


def _start_backend() -> None:
    """Pays for imports, backend and a first compilation, so that the submission's time is its own."""
    import jax  # noqa: PLC0415 - after the request is read: a bad request need not wait for JAX
    import jax.numpy as jnp  # noqa: PLC0415
    from flax import linen  # noqa: F401, PLC0415

    jnp.dot(jnp.ones((8, 8)), jnp.ones((8, 8))).block_until_ready()
    jax.random.PRNGKey(0).block_until_ready()


def _load(source: str, filename: str, entry: Mapping[str, str]) -> type:
    """Runs the submission's top level and returns its entry."""
    module = types.ModuleType("submission")
    module.__file__ = filename
    sys.modules["submission"] = module
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    try:
        code = compile(source, filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        message = getattr(error, "msg", None) or _message_of(error)
        raise Rejected("syntax", message=message, frames=[[line, ""]] if line else []) from None
    problem, _ = _guarded(lambda: exec(code, module.__dict__), filename)  # noqa: S102 - what a worker is for
    if problem:
        raise Rejected(**problem)
    return _linen_module(module.__dict__, entry["name"])


def _linen_module(namespace: Mapping[str, Any], name: str) -> type:
    from flax import linen, nnx  # noqa: PLC0415

    if name not in namespace:
        names = [n for n, v in namespace.items() if isinstance(v, type | types.FunctionType) and not n.startswith("_")]
        raise Rejected("missing", names=names[:NAMES_CAP])
    found = namespace[name]
    if not isinstance(found, type):
        kind = "a function" if isinstance(found, types.FunctionType) else f"an object of type {type(found).__name__}"
        raise Rejected("not_module", message=kind)
    if not issubclass(found, linen.Module):
        kind = "a Flax NNX module" if issubclass(found, nnx.Module) else "a class of another kind"
        raise Rejected("not_module", message=kind)
    return found


def _answer(entry: type, case: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Builds, initialises and applies the module as the exercise's statement says."""
    import jax  # noqa: PLC0415

    module: Any = entry(**case["arguments"])
    x = jax.numpy.asarray(arrays["x"])
    if case["parameters"]:
        variables = {"params": {name: jax.numpy.asarray(arrays[name]) for name in case["parameters"]}}
        result = {}
    else:
        variables = module.init(jax.random.PRNGKey(case["seed"]), x)
        result = _tree(variables)
    y = _transformed(module.apply, case["transform"])(variables, x)
    result["value"] = _array(y)
    size = sum(array.nbytes for array in result.values())
    if size > ANSWER_CAP:
        raise Rejected("too_large", message=f"{result['value'].dtype}{list(result['value'].shape)}")
    return result


def _transformed(apply: Callable, transform: str) -> Callable:
    import jax  # noqa: PLC0415

    return {"eager": lambda f: f, "jit": jax.jit, "vmap": lambda f: jax.vmap(f, in_axes=(None, 0))}[transform](apply)


def _tree(variables: object) -> dict[str, np.ndarray]:
    """Flattens a tree of parameters to names such as "params/gamma"."""
    import jax  # noqa: PLC0415

    leaves = jax.tree_util.tree_flatten_with_path(variables)[0]
    if len(leaves) > NAMES_CAP:
        raise Rejected("returned", message=f"a tree of {len(leaves)} parameters")
    return {"/".join(str(getattr(key, "key", key)) for key in path): _array(leaf) for path, leaf in leaves}


def _array(y: object) -> np.ndarray:
    """The array that was returned, if it is one of a dtype that can cross."""
    import jax  # noqa: PLC0415

    if not isinstance(y, jax.Array | np.ndarray):
        raise Rejected("returned", message="None" if y is None else f"an object of type {type(y).__name__}")
    if y.dtype.name not in wire.DTYPES:
        raise Rejected("returned", message=f"an array of dtype {y.dtype.name}")
    return np.asarray(y)


def _guarded(run: Callable[[], Any], filename: str) -> tuple[dict[str, Any] | None, Any]:
    """Runs the submission's code; returns (what went wrong, None) or (None, what came back)."""
    try:
        return None, run()
    except Rejected as rejected:
        return rejected.problem, None
    except BaseException as error:  # noqa: BLE001 - a submission may raise anything, SystemExit included
        kind = "exited" if isinstance(error, SystemExit) else "import" if isinstance(error, ImportError) else "raised"
        return {
            "kind": kind,
            "type": type(error).__name__[:NAMES_CAP],
            "message": _message_of(error),
            "frames": _frames(error, filename),
            "exception": isinstance(error, Exception),
        }, None


def _message_of(error: BaseException) -> str:
    try:
        return str(error)[:MESSAGE_CAP]
    except BaseException:  # noqa: BLE001 - __str__ is the submission's code too
        return "(its message cannot be read)"


def _frames(error: BaseException, filename: str) -> list[list[Any]]:
    """The submission's own frames, outermost first: line and function."""
    frames, step = [], error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == filename:
            frames.append([step.tb_lineno, step.tb_frame.f_code.co_name[:NAMES_CAP]])
        step = step.tb_next
    return frames[-FRAMES_CAP:]


if __name__ == "__main__":
    main()
