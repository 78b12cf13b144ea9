"""What every runner takes and returns: requests, limits, runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np

from grader.plan.cases import Plan
from grader.sandbox.transcript import Transcript
from grader.submission.reading import Submission
from grader.worker import wire


@dataclass(frozen=True, kw_only=True)
class Isolation:
    """What separated the submission from this machine.

    Attributes:
      layers: the layers that held.
      missing: the layers that this runner or this host lacks.
      level: strong (nothing known gets through), partial, or none (for one's own feedback, not for grades).
    """

    layers: tuple[str, ...]
    missing: tuple[str, ...]
    level: Literal["strong", "partial", "none"]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a submission may use; times in seconds, the rest in bytes.

    Attributes:
      start: for the grader's own imports; a start that takes longer is the grader's failure.
      seconds: for the submission; None leaves it to the exercise, or to the reference where that is slow here.
      factor: times the reference's own time, where that is more than the exercise's seconds.
      answers: sent back.
      memory: resident at any moment; what is shared with the warm process counts too.
      threads: at any moment, JAX's own 20 or so included.
      stop: called at every look at the clock; once it returns True, the run ends with CancelledError.
    """

    start: float = 120.0
    seconds: float | None = None
    factor: float = 5.0
    answers: int = 128 << 20
    memory: int = 3 << 30
    threads: int = 128
    stop: Callable[[], bool] | None = None


class CancelledError(Exception):
    """A run was cancelled; none of its processes is left, and it has no verdict."""


class Asked(Protocol):
    """A task for a runner."""

    @property
    def cases(self) -> int:
        """How many answers there will be."""
        ...

    @property
    def seconds(self) -> float:
        """What the exercise allows."""
        ...

    @property
    def reference(self) -> "Asked | None":
        """The same task for the reference solution, to measure how slow this machine is."""
        ...

    def encoded(self) -> bytes:
        """The message to the worker."""
        ...


@dataclass(frozen=True, kw_only=True)
class Request:
    """A submission and what will be asked of it.

    Attributes:
      plan: the cases.
      submission: the program.
      solution: the exercise's own, which is run only if the submission is out of time.
    """

    plan: Plan
    submission: Submission
    solution: Submission | None = None

    @property
    def cases(self) -> int:
        """How many answers there will be."""
        return len(self.plan.cases)

    @property
    def seconds(self) -> float:
        """What the exercise allows."""
        return self.plan.seconds

    @property
    def reference(self) -> "Request | None":
        """The solution, asked the same."""
        return None if self.solution is None else Request(plan=self.plan, submission=self.solution)

    def encoded(self) -> bytes:
        """The message to the worker."""
        messages, entry = [case.message() for case in self.plan.cases], self.plan.entry
        body = {
            "filename": self.submission.name,
            "entry": {"name": entry.name, "kind": entry.kind, "arrays": entry.arrays},
            "forbidden": list(self.plan.forbidden),
            "modules": dict(self.submission.modules),
            "cases": [body for body, _ in messages],
        }
        arrays = {f"{i}/{name}": a for i, (_, named) in enumerate(messages) for name, a in named.items()}
        arrays["source"] = np.frombuffer(self.submission.source.encode("utf-8", "surrogatepass"), np.uint8)
        return wire.encode(body, arrays)


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a run ended.

    Attributes:
      kind: "finished"; "time", "answers", "memory" or "threads" when a limit was passed; "garbled" when
        the bytes that arrived were not a message; "broken" when the submission broke the worker; "gone" when the
        process ended by itself; "not_started" when the grader failed to start the worker.
      status: exit status of a process that is gone, negative for a signal.
      detail: the limit, or what failed.
    """

    kind: Literal["finished", "time", "answers", "memory", "threads", "garbled", "broken", "gone", "not_started"]
    status: int | None = None
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Run:
    """The result of a request.

    Attributes:
      transcript: the worker's events.
      ending: how it ended.
      printed: what was printed after the last event, with hostile characters written out.
      seconds: from "ready" to the end.
      imported: from "ready" until the submission was imported; 0 if it was not.
      limit: seconds that it was allowed, with those added because the reference is slow here.
    """

    transcript: Transcript
    ending: Ending
    printed: str = ""
    seconds: float = 0.0
    imported: float = 0.0
    limit: float = 0.0


def not_started(detail: str) -> Run:
    """A run that did not start, by a fault of the grader."""
    return Run(transcript=Transcript(), ending=Ending(kind="not_started", detail=detail))


class Look(NamedTuple):
    """A further question to the worker, which waits after its last answer.

    Attributes:
      case: index of the case whose intermediate values are wanted; None for none.
      residuals: whether to measure what the gradient keeps, too.
      again: indices of cases to be answered once more, by the submission loaded anew.
      programs: cases, each with its forms, that the entry is to be traced in.
      inputs: for each of these, arrays to run it on if it cannot be traced, one behind the other; empty for none.
    """

    case: int | None = None
    residuals: bool = False
    again: tuple[int, ...] = ()
    programs: tuple[Mapping[str, Any], ...] = ()
    inputs: tuple[Mapping[str, np.ndarray], ...] = ()

    def encoded(self) -> bytes:
        """The message to the worker."""
        body = {"trace": self.case, "residuals": self.residuals, "again": self.again, "programs": self.programs}
        arrays = {f"{i}/{name}": array for i, given in enumerate(self.inputs) for name, array in given.items()}
        return wire.encode(body, arrays)


FollowUp = Callable[[Run], Look | None]


def nothing_more(run: Run) -> None:
    """Asks nothing more."""


class Runner(Protocol):
    """Runs submissions."""

    @property
    def isolation(self) -> Isolation:
        """The layers around every submission that it runs."""
        ...

    @property
    def note(self) -> str:
        """What else a reader of its reports should know; usually empty."""
        ...

    def run(self, asked: Asked, /, follow_up: FollowUp = nothing_more) -> Run:
        """Runs one submission; whatever it does, this returns.

        Args:
          asked: the program, and what is asked of it.
          follow_up: given the finished run, returns a further question to the worker, or None.
        """
        ...
