"""``python -m grader.worker FD``: runs a submission and reports what happened.

Reads one request from standard input, runs the submission case by case, and writes one message an event to the file
descriptor FD. The process holds inputs and the entry's name, never an expected value. Whatever the submission does to
it, it can only answer, and answers are data that the judge compares.

Events: ready (the imports are done, and the submission's time begins) - loaded or rejected (the top level ran, or why
not) - started, compiled (where jit is asked for) and answered, for each case - finished - traced, and repeated for
each case that is to be answered once more, if the judge then asks for it.
"""

import errno
import io
import linecache
import locale
import os
import socket
import sys
import types
from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import PackageNotFoundError
from typing import Any, NoReturn, cast
from zoneinfo import ZoneInfoNotFoundError

import numpy as np

from grader.worker import devices, entries, jaxpr_trace, numpy_trace, program_trace, rules, signatures, wire
from grader.worker.brought import Brought
from grader.worker.entries import Entry, Rejected, message_of, type_name
from grader.worker.probes import probed
from grader.worker.wire import NAME_CAP, PRINTED_CAP

PRINTED_ROOM = 4 * (PRINTED_CAP + 1)  # bytes, in UTF-8
RUNS_SECONDS = 2.0  # for running a program that cannot be traced; in NumPy it takes some 0.02 s
FRAMES_CAP = 5  # innermost frames of the submission's own
BLOCKED = (errno.EPERM, errno.EACCES, errno.ENOENT)  # what the sandbox's layers answer

_walled = False  # whether this process is closed to files


class Printed(io.RawIOBase):
    """What standard output and error write to: keeps the beginning, and passes it on to descriptor 1."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any, /) -> int:
        """Keeps what there is room for, which the judge hears at once: a run may break off. The rest is dropped."""
        view = memoryview(data).cast("B")
        left = view[: max(0, PRINTED_ROOM - len(self._kept))]
        self._kept += left
        while left:
            left = left[os.write(1, left) :]
        return len(view)

    def fileno(self) -> int:
        """Descriptor 1."""
        return 1

    def close(self) -> None:
        """Stays open: standard output and error share it."""

    def take(self) -> str:
        """Returns what was kept, a character more than the cap where there was more, and starts anew."""
        kept, self._kept = self._kept.decode("utf-8", "replace"), bytearray()
        return kept[: PRINTED_CAP + 1]


def _redirected() -> Printed:
    """Standard output and error as text streams in the usual way, over one ``Printed``."""
    printed = Printed()
    for name in ("stdout", "stderr"):
        stream = io.TextIOWrapper(printed, "utf-8", "backslashreplace", write_through=True)  # type: ignore[arg-type]
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    return printed


def nothing() -> None:
    """Does nothing."""


def main() -> None:
    """Answers one request from standard input, on the descriptor given as argument."""
    serve(request, int(sys.argv[1]))


def request() -> wire.Message:
    """Reads the judge's message from standard input, which is empty afterwards."""
    with os.fdopen(0, "rb") as file:
        message = next(iter(wire.Decoder().feed(file.read())))
    _, other = os.pipe()  # takes descriptor 0: in the sandbox not even /dev/null can be opened
    os.close(other)
    return message


def serve(
    question: Callable[[], wire.Message],
    descriptor: int,
    *,
    seal: Callable[[], None] = nothing,
    done: Callable[[], None] = nothing,
) -> NoReturn:
    """Answers one request and ends the process without running exit handlers.

    Args:
      question: waits for the judge's message; called when everything else is ready.
      descriptor: where answers go.
      seal: called once the backend has started and before any of the submission is read.
      done: called after the last answer; for trusted programs.
    """
    global _walled
    _walled = seal is not nothing
    broken, write, entry = wire.encode({"event": "broken"}), os.write, None
    try:
        _start_backend()
        seal()
        asked = question()
        rules.forbid(asked.body["forbidden"])
    except BaseException as error:  # a fault of ours: a line for the judge, and no "ready"
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
        _look_if_asked(asked, entry, descriptor)
    except Rejected:
        pass
    except BaseException:  # after "ready", only the submission can have caused it
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
        sys.meta_path.append(Brought(asked.body["modules"]))
        entry = _load(source, filename, asked.body["entry"])
    except Rejected as rejected:
        _send(descriptor, {"event": "rejected", "problem": rejected.problem, "printed": printed.take()})
        raise
    taken = signatures.read(entry.found, entry.kind)
    _send(descriptor, {"event": "loaded", "signatures": taken, "printed": printed.take()})
    for index, case in enumerate(asked.body["cases"]):
        _send(descriptor, {"event": "started", "case": index})
        arrays = _arrays(asked, index, case)

        def compiled(function: Any, call: tuple[Any, ...], index: int = index) -> Callable[..., Any]:
            program = function.lower(*call).compile()
            _send(descriptor, {"event": "compiled", "case": index})
            return program

        problem, result = _guarded(lambda c=case, a=arrays, d=compiled: entries.answer(entry, c, a, d), filename)
        event = {"event": "answered", "case": index, "problem": problem, "printed": printed.take()}
        _send(descriptor, event, result or {})
    return entry


def _look_if_asked(asked: wire.Message, entry: Entry | None, descriptor: int) -> None:
    """Answers further questions, until the judge closes the channel."""
    decoder = wire.Decoder()
    while data := os.read(descriptor, 1 << 12):
        for message in decoder.feed(data):
            if message.body["trace"] is not None:
                _trace(asked, entry, descriptor, message.body["trace"], residuals=message.body["residuals"])
            if message.body["again"]:
                _repeat(asked, descriptor, message.body["again"])
            for number, one in enumerate(message.body["programs"]):
                names = {name: f"{number}/{name}" for name in one["forms"]}
                given = {name: message.arrays[key] for name, key in names.items() if key in message.arrays}
                seconds = RUNS_SECONDS / len(message.body["programs"])
                _tell_program(asked, cast("Entry", entry), descriptor, one, given, seconds)


def _tell_program(
    asked: wire.Message,
    entry: Entry,
    descriptor: int,
    one: Mapping[str, Any],
    given: Mapping[str, np.ndarray],
    seconds: float,
) -> None:
    """Traces the entry in a case. If that fails and arrays are given, it is run on their rows, as long as it may."""
    filename, case, result = asked.body["filename"], one["case"], None
    program = program_trace.program(entry, case, one["forms"], filename)
    if "refused" in program and given:
        _, result = _guarded(partial(entries.answers, entry, case, given, seconds), filename)
    _send(descriptor, {"event": "program", "program": program}, result or {})


def _trace(asked: wire.Message, entry: Entry | None, descriptor: int, index: int, *, residuals: bool) -> None:
    """Tells a case's intermediate values."""
    case, filename = asked.body["cases"][index], asked.body["filename"]
    given = _arrays(asked, index, case)
    problem, found = _guarded(partial(_steps, entry, case, given, filename), filename)
    rows, outputs, arrays = found or ([], [], {})
    event = {"event": "traced", "case": index, "problem": problem, "steps": rows, "outputs": outputs}
    if residuals:
        _, event["residuals"] = _guarded(partial(_residuals, entry, case, given), filename)
    _send(descriptor, event, arrays)


def _repeat(asked: wire.Message, descriptor: int, indices: list[int]) -> None:
    """Answers cases once more, in this order, by the submission loaded anew: its globals hold nothing of earlier calls.

    A failure is told by no arrays: it may be due to the second load, and is held against nobody.
    """
    source, filename = asked.arrays["source"].tobytes().decode("utf-8", "surrogatepass"), asked.body["filename"]
    try:
        entry = _load(source, filename, asked.body["entry"])
    except Rejected:
        entry = None
    for index in indices:
        case, result = asked.body["cases"][index], None
        if entry is not None:
            given = _arrays(asked, index, case)
            answered = partial(entries.answer, entry, case, given, lambda function, call: function)
            _, result = _guarded(answered, filename)
        _send(descriptor, {"event": "repeated", "case": index}, result or {})


def _steps(entry: Any, case: Mapping[str, Any], arrays: Mapping[str, np.ndarray], filename: str) -> Any:
    """The program's intermediate values, as JSON rows and arrays."""
    call = entries.prepared(entry, case, arrays)
    given = call.variables, call.x
    if case["transform"] == "gradient":
        gradient = entries.differentiated(entry, call.apply, case["of"])
        return jaxpr_trace.steps(gradient, (*given, arrays["cotangent"]), filename)
    try:
        return jaxpr_trace.steps(call.apply, given, filename)
    except Exception:  # whatever a program in NumPy raises where JAX calls it
        if entry.arrays != "numpy":
            raise
        return numpy_trace.steps(call.apply, given, filename)


def _residuals(entry: Any, case: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> int:
    """Bytes that a gradient keeps from the forward pass for the backward pass, without the parameters."""
    call = entries.prepared(entry, case, arrays)
    return jaxpr_trace.residual_bytes(call.apply, call.variables, call.x)


def _arrays(asked: wire.Message, index: int, case: Mapping[str, Any]) -> dict[str, np.ndarray]:
    weights = ("cotangent",) if case["transform"] == "gradient" else ()
    return {name: asked.arrays[f"{index}/{name}"] for name in ("x", *case["parameters"], *weights)}


def _send(descriptor: int, body: Mapping[str, Any], arrays: Mapping[str, np.ndarray] | None = None) -> None:
    left = memoryview(wire.encode(body, arrays))
    while left:
        left = left[os.write(descriptor, left) :]


def _start_backend() -> None:
    """Imports JAX, starts the backend and compiles once, so that none of it counts as the submission's time."""
    import jax
    import jax.numpy as jnp
    from flax import linen  # noqa: F401

    devices.provide()
    ones = np.ones((8, 8), np.float32)
    jax.jit(jnp.dot)(ones, ones).block_until_ready()
    jax.random.PRNGKey(0).block_until_ready()


def _load(source: str, filename: str, entry: Mapping[str, str]) -> Entry:
    """Runs the submission's top level and returns its entry."""
    module = types.ModuleType("submission")
    module.__file__ = filename
    sys.modules["submission"] = module
    sys.argv = [filename]
    sys.breakpointhook = sys.modules["jax"].debug.breakpoint = _no_breakpoint
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    try:
        code = compile(source, filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        too_deep = "an expression is nested too deeply" if isinstance(error, MemoryError | RecursionError) else ""
        message = getattr(error, "msg", None) or message_of(error) or too_deep
        raise Rejected("syntax", message=message, type=type_name(error), frames=[[line, ""]] if line else []) from None

    def entry_of_it() -> Entry:
        exec(code, module.__dict__)  # noqa: S102 - this is what a worker is for
        sys.modules["jax"].config.update("jax_disable_jit", False)  # a setting for debugging, often left in a file
        return entries.find(module.__dict__, entry)

    problem, found = _guarded(entry_of_it, filename)
    if problem:
        raise Rejected(**problem)
    return found


def _no_breakpoint(*_: object, **__: object) -> None:
    raise RuntimeError("a breakpoint waits for somebody at a terminal, and here there is nobody; delete it")


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
    except BaseException as error:  # a submission may raise anything, SystemExit included
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
    if _walled and _wants_files(error):
        return "blocked"
    if isinstance(error, ImportError):
        return "forbidden" if sys.modules.get(error.name or "", rules) is None else "import"
    if isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in message_of(error):
        return "memory"
    if isinstance(error, OSError) and error.errno in BLOCKED:
        return "blocked"
    return "raised"


def _wants_files(error: BaseException) -> bool:
    """Whether it is what Python's own modules raise where they can reach no file and no network."""
    wants = (PackageNotFoundError, ZoneInfoNotFoundError, locale.Error, socket.gaierror)
    causes = (error, error.__cause__, getattr(error, "reason", None))  # urllib's errors have a reason
    return any(isinstance(e, wants) or (isinstance(e, OSError) and e.errno in BLOCKED) for e in causes)


def _frames(error: BaseException, filename: str) -> list[list[Any]]:
    """The submission's own frames, outermost first: line and function."""
    frames, step = [], error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == filename:
            frames.append([step.tb_lineno, step.tb_frame.f_code.co_name[:NAME_CAP]])
        step = step.tb_next
    return frames[-FRAMES_CAP:]
