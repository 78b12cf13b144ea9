"""What a worker said, read strictly: every field is checked, and hostile characters are written out."""

from dataclasses import dataclass, field
from itertools import accumulate, islice
from typing import Any

import numpy as np

from grader.text import plain
from grader.worker.wire import (
    GIVEN,
    LIST_CAP,
    MESSAGE_CAP,
    NAME_CAP,
    PRINTED_CAP,
    STEPS_CAP,
    VALUES_CAP,
    Message,
    WireError,
)

PROGRAMS_CAP = 64
KINDS = (
    "syntax",
    "import",
    "raised",
    "exited",
    "missing",
    "not_module",
    "returned",
    "too_large",
    "forbidden",
    "memory",
    "blocked",
    "parameters",
    "dtype",
    "constructor",
    "not_function",
)
PARAMETER_KINDS = ("positional_only", "positional_or_keyword", "var_positional", "keyword_only", "var_keyword")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why there is no value.

    Attributes:
      kind: one of KINDS.
      type: the exception's type, where one was raised.
      message: its message, or what was found in place of the entry.
      frames: (line, function) of the submission's own frames, outermost first.
      exception: whether it is an ``Exception``, as errors that a program is meant to raise are.
      names: what the submission defines, where the entry is missing; which arguments are meant.
    """

    kind: str
    type: str = ""
    message: str = ""
    frames: tuple[tuple[int, str], ...] = ()
    exception: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of a signature.

    Attributes:
      name: its name.
      kind: Python's name of its kind, in lower case: "positional_or_keyword", "keyword_only" and so on.
      default: its default, in a tuple that is empty where it is not plain; None if it must be given.
    """

    name: str
    kind: str
    default: tuple[bool | int | float | str | None, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One case's answer: arrays, or a problem; and what was printed meanwhile."""

    arrays: dict[str, np.ndarray]
    problem: Problem | None
    printed: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """One intermediate value of a program.

    Attributes:
      line: of the submission; 0 if unknown.
      caller: the line of the outermost frame, in the entry itself.
      function: in which function.
      operation: JAX's name of the operation.
      value: the result.
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
      outputs: indices of the steps that are returned.
      problem: why it could not be traced.
      residuals: bytes that the gradient keeps, if asked for and known.
      cut: more came than a worker sends, and what was beyond is left out.
    """

    case: int
    steps: tuple[Step, ...]
    outputs: tuple[int, ...]
    problem: Problem | None
    residuals: int | None = None
    cut: bool = False


@dataclass(kw_only=True)
class Transcript:
    """The worker's events, in one record.

    Attributes:
      ready: the start is over, and the submission's time runs.
      rejected: why the submission never reached a case.
      loaded: its top level ran.
      signatures: what its entry takes when it is built ("made") and called ("called"), as far as it can be told.
      printed: what it printed while it was imported.
      cut: whether more was printed than is kept, while it was imported or in a case.
      probed: for a canary: name of the probe -> whether it got through.
      started: index of the case that began last, or -1.
      compiled: index of the case whose program jit compiled last, or -1.
      answers: by index; the first answer to the case that started last counts.
      finished: every case was run.
      traced: the answer to a further question.
      programs: the entry as a program, as it came, in one case after the other; with what it returned where it was run.
      repeated: the arrays of cases that were answered once more, by index; none where that failed.
      broken: the submission changed something that the worker depends on, and it could not go on.
    """

    ready: bool = False
    rejected: Problem | None = None
    loaded: bool = False
    signatures: dict[str, tuple[Parameter, ...]] = field(default_factory=dict)
    printed: str = ""
    cut: bool = False
    probed: dict[str, bool] = field(default_factory=dict)
    started: int = -1
    compiled: int = -1
    answers: dict[int, Answer] = field(default_factory=dict)
    finished: bool = False
    traced: Traced | None = None
    programs: list[tuple[object, dict[str, np.ndarray]]] = field(default_factory=list)
    repeated: dict[int, dict[str, np.ndarray]] = field(default_factory=dict)
    broken: bool = False

    def add(self, message: Message, cases: int) -> None:
        """Takes one message.

        Raises:
          WireError: if it is of unknown kind, or out of order.
        """
        body = message.body
        printed = body.get("printed", "")
        self.cut = self.cut or (isinstance(printed, str) and len(printed) > PRINTED_CAP)
        match body.get("event"):
            case "ready" if not self.ready:
                self.ready = True
            case "rejected" if self.ready and not self.loaded and not self.finished:
                self.rejected, self.printed = _problem(body.get("problem")), _text(body, "printed", PRINTED_CAP)
                self.finished = True
            case "loaded" if self.ready and not self.loaded and not self.finished:
                self.loaded, self.printed = True, _text(body, "printed", PRINTED_CAP)
                self.signatures = _signatures(body.get("signatures", {}))
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
            case "traced" if self.finished and self.traced is None and 0 <= _index(body) < cases:
                self.traced = _traced(message)
            case "program" if self.finished and len(self.programs) < PROGRAMS_CAP:
                self.programs.append((body.get("program"), _named(message)))
            case "repeated" if self.finished and 0 <= _index(body) < cases and _index(body) not in self.repeated:
                self.repeated[_index(body)] = _named(message)
            case "broken" if self.ready and not self.finished:
                self.finished = self.broken = True
            case _:
                raise WireError("an event of no known kind, or out of order")


def _index(body: dict[str, Any]) -> int:
    """Returns the case's index; -1 if it is not an int (True and 1.0 are not)."""
    index = body.get("case")
    return index if type(index) is int else -1


def _named(message: Message) -> dict[str, np.ndarray]:
    return {plain(name, NAME_CAP): array for name, array in message.arrays.items()}


def _answer(message: Message) -> Answer:
    problem = message.body.get("problem")
    if problem is None and not {"value", "value/0"} & message.arrays.keys():
        raise WireError("an answer needs a value or a problem")
    return Answer(
        arrays=_named(message),
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


def _signatures(given: object) -> dict[str, tuple[Parameter, ...]]:
    if not (isinstance(given, dict) and all(name in ("made", "called") for name in given)):
        raise WireError("the signatures must be those by which an entry is made and called")
    if not all(isinstance(rows, list) and len(rows) <= LIST_CAP for rows in given.values()):
        raise WireError("a signature must be a short list")
    return {name: tuple(_parameter(row) for row in rows) for name, rows in given.items()}


def _parameter(row: object) -> Parameter:
    match row:
        case [str(name), str(kind), None | [] | [bool() | int() | float() | str() | None] as default]:
            if kind in PARAMETER_KINDS:
                told = None if default is None else tuple(plain(d, NAME_CAP) if type(d) is str else d for d in default)
                return Parameter(name=plain(name, NAME_CAP), kind=kind, default=told)
    raise WireError("a parameter must be [name, kind, default], its default None or a list of at most one plain value")


def _traced(message: Message) -> Traced:
    """A trace within the caps. A worker keeps to them; what is beyond was forged, and would cost the judge minutes."""
    rows, outputs, problem = (message.body.get(name) for name in ("steps", "outputs", "problem"))
    if not (isinstance(rows, list) and set(message.arrays) == {str(i) for i in range(len(rows))}):
        raise WireError("steps must be a list, each with its array")
    if not (isinstance(outputs, list) and all(type(at) is int and 0 <= at < len(rows) for at in outputs)):
        raise WireError("the outputs must be some of the steps")
    sizes = accumulate(message.arrays[str(i)].nbytes for i in range(len(rows)))
    kept = sum(size <= VALUES_CAP for size in islice(sizes, STEPS_CAP))
    cut, outputs = kept < len(rows), tuple(at for at in outputs if at < kept)
    if cut and not outputs:  # a trail without its end cannot show where a program goes wrong
        kept = 0
    return Traced(
        case=_index(message.body),
        steps=tuple(_step(rows[i], message.arrays[str(i)], i) for i in range(kept)),
        outputs=outputs,
        cut=cut,
        problem=None if problem is None else _problem(problem),
        residuals=_bytes(message.body.get("residuals")),
    )


def _bytes(given: object) -> int | None:
    return given if type(given) is int and 0 <= given < 1 << 40 else None


def _step(row: object, value: np.ndarray, at: int) -> Step:
    match row:
        case [line, caller, str(function), str(operation), list(inputs)] if _is_line(line) and _is_line(caller):
            if all(type(i) is int and GIVEN <= i < at for i in inputs) and value.dtype.kind not in "biu":
                return Step(
                    line=line,
                    caller=caller,
                    function=plain(function, NAME_CAP),
                    operation=plain(operation, NAME_CAP),
                    value=value,
                    inputs=tuple(dict.fromkeys(inputs)),
                )
    raise WireError("a step must be [line, caller, function, operation, earlier steps], its value of floating point")


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
