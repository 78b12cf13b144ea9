"""The only code of ours in the student's process: ``python -m grader.worker FD``.

Reads one request from standard input, runs the submission case by case, and writes what happened to the file descriptor
FD, a message an event. It holds inputs and the entry's name, never an expected value; whatever the submission does to
this process, it can only answer, and answers are data that the judge compares.

Events: ready (our own imports are done; what follows is the submission's time) - loaded or rejected (its top level ran,
or why not) - started, compiled (where jit is asked for) and answered, for each case - finished - traced, if the judge
then asks for it.
"""

import errno
import io
import linecache
import os
import sys
import types
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NoReturn

import numpy as np

from grader import devices, entries, rules, trace, trace_numpy, wire
from grader.entries import Entry, Rejected, message_of, type_name
from grader.isolation.probes import probed

PRINTED_CAP = 4_000  # characters kept of what a case printed
FRAMES_CAP = 5  # innermost frames of the submission's own
NAME_CAP = 60
BLOCKED = (errno.EPERM, errno.EACCES, errno.ENOENT)  # what the layers answer


class Printed(io.RawIOBase):
    """What standard output and error write to: keeps the beginning and passes all of it on to descriptor 1."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - any buffer
        """Keeps what there is room for; all of it counts towards the judge's limit."""
        view = memoryview(data).cast("B")
        self._kept += view[: max(0, PRINTED_CAP - len(self._kept))]
        left = view
        while left:
            left = left[os.write(1, left) :]
        return len(view)

    def fileno(self) -> int:
        """Descriptor 1."""
        return 1

    def close(self) -> None:
        """Stays open: standard output and error share it."""

    def take(self) -> str:
        """Returns what was kept and starts anew."""
        kept, self._kept = self._kept.decode("utf-8", "replace"), bytearray()
        return kept


def _redirected() -> Printed:
    """Standard output and error as text streams in the usual way, over one ``Printed``."""
    printed = Printed()
    for name in ("stdout", "stderr"):
        stream = io.TextIOWrapper(printed, "utf-8", "backslashreplace", write_through=True)  # type: ignore[arg-type]
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    return printed


def nothing() -> None:
    """Nothing to do."""


def main() -> None:
    """Answers one request from standard input, on the descriptor given as argument."""
    serve(request, int(sys.argv[1]))


def request() -> wire.Message:
    """Reads the judge's message from standard input, which is empty afterwards."""
    with os.fdopen(0, "rb") as file:
        message = next(iter(wire.Decoder().feed(file.read())))
    _, other = os.pipe()  # takes 0, which is free now: behind the wall no file can be opened, /dev/null included
    os.close(other)
    return message


def serve(
    question: Callable[[], wire.Message],
    descriptor: int,
    *,
    seal: Callable[[], None] = nothing,
    done: Callable[[], None] = nothing,
) -> NoReturn:
    """Answers one request and leaves without running anybody's exit handlers.

    Args:
      question: waits for the judge's message; called when all else is ready.
      descriptor: where answers go.
      seal: called once the backend has started and before any of the submission is read.
      done: called after the last answer; for trusted programs.
    """
    broken, write, entry = wire.encode({"event": "broken"}), os.write, None
    try:
        _start_backend()
        seal()
        asked = question()
        rules.forbid(asked.body["forbidden"])
    except BaseException as error:  # noqa: BLE001 - a fault of ours: a line for the judge, and no "ready"
        write(2, f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    try:
        _send(descriptor, {"event": "ready"})
        if "probe" in asked.body:
            _send(descriptor, {"event": "probed", "through": probed(asked.body["probe"])})
        else:
            entry = _answer_all(asked, descriptor)
        done()
        _send(descriptor, {"event": "finished"})
        _trace_if_asked(asked, entry, descriptor)
    except Rejected:
        pass
    except BaseException:  # noqa: BLE001 - after "ready", only the submission can have caused it
        write(descriptor, broken)
    finally:
        os._exit(0)


def _answer_all(asked: wire.Message, descriptor: int) -> Entry:
    """Loads the submission and runs it case by case; returns its entry."""
    printed, filename = _redirected(), asked.body["filename"]
    if any(case["shards"] for case in asked.body["cases"]):
        devices.without_prints()
    source = asked.arrays["source"].tobytes().decode("utf-8", "surrogatepass")
    try:
        entry = _load(source, filename, asked.body["entry"])
    except Rejected as rejected:
        _send(descriptor, {"event": "rejected", "problem": rejected.problem, "printed": printed.take()})
        raise
    _send(descriptor, {"event": "loaded", "printed": printed.take()})
    for index, case in enumerate(asked.body["cases"]):
        _send(descriptor, {"event": "started", "case": index})
        arrays = _arrays(asked, index, case)

        def compiled(function: Any, call: tuple[Any, ...], index: int = index) -> Callable[..., Any]:  # noqa: ANN401
            program = function.lower(*call).compile()
            _send(descriptor, {"event": "compiled", "case": index})
            return program

        problem, result = _guarded(lambda c=case, a=arrays, d=compiled: entries.answer(entry, c, a, d), filename)
        event = {"event": "answered", "case": index, "problem": problem, "printed": printed.take()}
        _send(descriptor, event, result or {})
    return entry


def _trace_if_asked(asked: wire.Message, entry: Entry | None, descriptor: int) -> None:
    """Waits for the judge's second question, the index of a case to trace; the judge's silence ends the process."""
    decoder = wire.Decoder()
    while data := os.read(descriptor, 1 << 12):
        for message in decoder.feed(data):
            index, filename = message.body["trace"], asked.body["filename"]
            case = asked.body["cases"][index]
            given = _arrays(asked, index, case)
            problem, found = _guarded(partial(_steps, entry, case, given, filename), filename)
            rows, outputs, arrays = found or ([], [], {})
            event = {"event": "traced", "case": index, "problem": problem, "steps": rows, "outputs": outputs}
            if message.body["residuals"]:
                _, event["residuals"] = _guarded(partial(_residuals, entry, case, given), filename)
            _send(descriptor, event, arrays)


def _steps(entry: Any, case: Mapping[str, Any], arrays: Mapping[str, np.ndarray], filename: str) -> Any:  # noqa: ANN401
    """The program's intermediate values, as JSON rows and arrays."""
    call = entries.prepared(entry, case, arrays)
    given = call.variables, call.x
    if case["transform"] == "gradient":
        way_back = entries.differentiated(entry, call.apply, case["of"])
        return trace.steps(way_back, (*given, arrays["cotangent"]), filename)
    try:
        return trace.steps(call.apply, given, filename)
    except Exception:  # whatever a program in NumPy raises where JAX calls it
        if entry.arrays != "numpy":
            raise
        return trace_numpy.steps(call.apply, given, filename)


def _residuals(entry: Any, case: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> int:  # noqa: ANN401
    """Bytes that a gradient keeps from the way there to the way back, the parameters themselves left out."""
    call = entries.prepared(entry, case, arrays)
    return trace.residual_bytes(call.apply, call.variables, call.x)


def _arrays(asked: wire.Message, index: int, case: Mapping[str, Any]) -> dict[str, np.ndarray]:
    weights = ("cotangent",) if case["transform"] == "gradient" else ()
    return {name: asked.arrays[f"{index}/{name}"] for name in ("x", *case["parameters"], *weights)}


def _send(descriptor: int, body: Mapping[str, Any], arrays: Mapping[str, np.ndarray] | None = None) -> None:
    left = memoryview(wire.encode(body, arrays))
    while left:
        left = left[os.write(descriptor, left) :]


def _start_backend() -> None:
    """Pays for imports, backend and a first compilation, so that the submission's time is its own."""
    import jax  # noqa: PLC0415 - after the request is read: a bad request need not wait for JAX
    import jax.numpy as jnp  # noqa: PLC0415
    from flax import linen  # noqa: F401, PLC0415

    devices.provide()
    ones = np.ones((8, 8), np.float32)
    jax.jit(jnp.dot)(ones, ones).block_until_ready()
    jax.random.PRNGKey(0).block_until_ready()


def _load(source: str, filename: str, entry: Mapping[str, str]) -> Entry:
    """Runs the submission's top level and returns its entry."""
    module = types.ModuleType("submission")
    module.__file__ = filename
    sys.modules["submission"] = module
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    try:
        code = compile(source, filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        too_deep = "an expression is nested too deeply" if isinstance(error, MemoryError | RecursionError) else ""
        message = getattr(error, "msg", None) or message_of(error) or too_deep
        raise Rejected("syntax", message=message, type=type_name(error), frames=[[line, ""]] if line else []) from None

    def entry_of_it() -> Entry:
        exec(code, module.__dict__)  # noqa: S102 - what a worker is for
        return entries.find(module.__dict__, entry)

    problem, found = _guarded(entry_of_it, filename)
    if problem:
        raise Rejected(**problem)
    return found


def _guarded(run: Callable[[], Any], filename: str) -> tuple[dict[str, Any] | None, Any]:
    """Runs the submission's code; returns (what went wrong, None) or (None, what came back)."""
    rules.broken.clear()
    problem, result = _caught(run, filename)
    if rules.broken:  # also where the submission has caught the refusal
        frames = problem["frames"] if problem else []
        return {"kind": "forbidden", "message": rules.broken[0], "frames": frames}, None
    return problem, result


def _caught(run: Callable[[], Any], filename: str) -> tuple[dict[str, Any] | None, Any]:
    try:
        return None, run()
    except Rejected as rejected:
        return rejected.problem, None
    except BaseException as error:  # noqa: BLE001 - a submission may raise anything, SystemExit included
        return {
            "kind": _kind(error),
            "type": type_name(error),
            "message": message_of(error),
            "frames": _frames(error, filename),
            "exception": isinstance(error, Exception),
        }, None


def _kind(error: BaseException) -> str:
    """One word for what was raised."""
    if isinstance(error, SystemExit):
        return "exited"
    if isinstance(error, ImportError):
        return "forbidden" if sys.modules.get(error.name or "", rules) is None else "import"
    if isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in message_of(error):
        return "memory"
    if isinstance(error, OSError) and error.errno in BLOCKED:
        return "blocked"
    return "raised"


def _frames(error: BaseException, filename: str) -> list[list[Any]]:
    """The submission's own frames, outermost first: line and function."""
    frames, step = [], error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == filename:
            frames.append([step.tb_lineno, step.tb_frame.f_code.co_name[:NAME_CAP]])
        step = step.tb_next
    return frames[-FRAMES_CAP:]


if __name__ == "__main__":
    main()
