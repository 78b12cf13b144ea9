"""What a worker said, read strictly: every field checked, every text made plain, nothing believed."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.text import plain
from grader.wire import Message, WireError

PRINTED_CAP = 4_000
GIVEN = -1
MESSAGE_CAP = 2_000
NAME_CAP = 60
LIST_CAP = 64
KINDS = (
    *("syntax", "import", "raised", "exited", "missing", "not_module", "returned", "too_large"),
    *("forbidden", "memory", "blocked", "parameters", "dtype", "constructor", "not_function", "changed"),
)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why there is no value.

    Attributes:
      kind: one of KINDS.
      type: the exception's type, where one was raised.
      message: its message, or what was found instead of what was asked for.
      frames: (line, function) of the submission's own frames, outermost first.
      exception: whether it is an ``Exception``, as errors that a program is meant to raise are.
      names: what the submission defines, where the entry is missing; which arrays were changed.
    """

    kind: str
    type: str = ""
    message: str = ""
    frames: tuple[tuple[int, str], ...] = ()
    exception: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One case's answer: arrays, or a problem; and what was printed meanwhile."""

    arrays: dict[str, np.ndarray]
    problem: Problem | None
    printed: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """One value that a program computed on its way.

    Attributes:
      line: of the submission; 0 where that is unknown.
      caller: the line of the outermost frame, where the entry itself was then.
      function: in which function.
      operation: JAX's name for what was done.
      value: what came out.
      inputs: indices of the steps that it was computed from; GIVEN for an argument; none for a constant.
    """

    line: int
    caller: int
    function: str
    operation: str
    value: np.ndarray
    inputs: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Traced:
    """A case's intermediate values, as far as the program could be traced.

    Attributes:
      case: its index.
      steps: in the order of the program.
      outputs: which of them are returned.
      problem: why it could not be traced.
      residuals: bytes that the gradient keeps, if that was asked for and there is one.
    """

    case: int
    steps: tuple[Step, ...]
    outputs: tuple[int, ...]
    problem: Problem | None
    residuals: int | None = None


@dataclass(kw_only=True)
class Transcript:
    """The worker's events, folded as they come.

    Attributes:
      ready: our own start is over; the submission's time runs.
      rejected: why the submission never reached a case.
      loaded: its top level ran.
      printed: what it printed while it was imported.
      probed: for a canary: name of the probe -> whether it got through.
      started: index of the case that began last, or -1.
      compiled: index of the case whose program jit compiled last, or -1.
      answers: by index; the first answer to the case that was last begun counts.
      finished: every case was gone through.
      traced: what came of a second question.
      broken: the worker could not go on, after the submission had changed what it stands on.
    """

    ready: bool = False
    rejected: Problem | None = None
    loaded: bool = False
    printed: str = ""
    probed: dict[str, bool] = field(default_factory=dict)
    started: int = -1
    compiled: int = -1
    answers: dict[int, Answer] = field(default_factory=dict)
    finished: bool = False
    traced: Traced | None = None
    broken: bool = False

    def add(self, message: Message, cases: int) -> None:
        """Takes one message.

        Raises:
          WireError: if it is no event of ours, or comes out of order.
        """
        body = message.body
        match body.get("event"):
            case "ready" if not self.ready:
                self.ready = True
            case "rejected" if self.ready and not self.loaded and not self.finished:
                self.rejected, self.printed = _problem(body.get("problem")), _text(body, "printed", PRINTED_CAP)
                self.finished = True
            case "loaded" if self.ready and not self.loaded and not self.finished:
                self.loaded, self.printed = True, _text(body, "printed", PRINTED_CAP)
            case "started" if self.loaded and _index(body) == self.started + 1 < cases:
                self.started += 1
            case "compiled" if _index(body) == self.started >= 0 and self.started not in self.answers:
                self.compiled = self.started
            case "probed" if self.ready and not cases and not self.probed:
                self.probed = _probed(body.get("through"))
            case "answered" if _index(body) == self.started >= 0 and self.started not in self.answers:
                self.answers[self.started] = _answer(message)
            case "finished" if (self.loaded or self.probed) and not self.finished:
                self.finished = True
            case "traced" if self.finished and self.traced is None:
                self.traced = _traced(message)
            case "broken" if self.ready and not self.finished:
                self.finished = self.broken = True
            case _:
                raise WireError("an event of no known kind, or out of order")


def _index(body: dict[str, Any]) -> int:
    """The case's index; -1 where there is none, or what is there only equals one, as True and 1.0 do."""
    index = body.get("case")
    return index if type(index) is int else -1


def _answer(message: Message) -> Answer:
    problem = message.body.get("problem")
    if problem is None and not {"value", "value/0"} & message.arrays.keys():
        raise WireError("an answer needs a value or a problem")
    return Answer(
        arrays={plain(name, NAME_CAP): array for name, array in message.arrays.items()},
        problem=None if problem is None else _problem(problem),
        printed=_text(message.body, "printed", PRINTED_CAP),
    )


def _problem(given: object) -> Problem:
    if not (isinstance(given, dict) and given.get("kind") in KINDS):
        raise WireError("a problem of no known kind")
    names, frames = given.get("names", []), given.get("frames", [])
    if not (isinstance(names, list) and isinstance(frames, list) and max(len(names), len(frames)) <= LIST_CAP):
        raise WireError("names and frames must be short lists")
    return Problem(
        kind=given["kind"],
        type=_text(given, "type", NAME_CAP),
        message=_text(given, "message", MESSAGE_CAP),
        frames=tuple(_frame(f) for f in frames),
        exception=given.get("exception") is True,
        names=tuple(_text({"name": n}, "name", NAME_CAP) for n in names),
    )


def _traced(message: Message) -> Traced:
    rows, outputs, problem = (message.body.get(name) for name in ("steps", "outputs", "problem"))
    if not (isinstance(rows, list) and set(message.arrays) == {str(i) for i in range(len(rows))}):
        raise WireError("steps must be a list, each with its array")
    if not (isinstance(outputs, list) and all(type(at) is int and 0 <= at < len(rows) for at in outputs)):
        raise WireError("the outputs must be some of the steps")
    return Traced(
        case=_index(message.body),
        steps=tuple(_step(row, message.arrays[str(i)], i) for i, row in enumerate(rows)),
        outputs=tuple(outputs),
        problem=None if problem is None else _problem(problem),
        residuals=_bytes(message.body.get("residuals")),
    )


def _bytes(given: object) -> int | None:
    return given if type(given) is int and 0 <= given < 1 << 40 else None


def _step(row: object, value: np.ndarray, at: int) -> Step:
    match row:
        case [line, caller, str(function), str(operation), list(inputs)] if _is_line(line) and _is_line(caller):
            if all(type(i) is int and GIVEN <= i < at for i in inputs):
                function, operation = plain(function, NAME_CAP), plain(operation, NAME_CAP)
                return Step(
                    line=line, caller=caller, function=function, operation=operation, value=value, inputs=tuple(inputs)
                )
    raise WireError("a step must be [line, caller, function, operation, earlier steps]")


def _is_line(given: object) -> bool:
    return type(given) is int and 0 <= given < 10**7


def _probed(given: object) -> dict[str, bool]:
    if not (isinstance(given, dict) and 0 < len(given) <= LIST_CAP and all(type(v) is bool for v in given.values())):
        raise WireError("probes must be named and each be true or false")
    return {plain(name, NAME_CAP): through for name, through in given.items()}


def _frame(given: object) -> tuple[int, str]:
    match given:
        case [line, str(function)] if type(line) is int and 0 < line < 10**7:
            return line, plain(function, NAME_CAP)
    raise WireError("a frame must be [line, function]")


def _text(given: dict[str, Any], key: str, cap: int) -> str:
    text = given.get(key, "")
    if not isinstance(text, str):
        raise WireError(f"{key} must be a string")
    return plain(text, cap)
