"""What every runner takes and gives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np

from grader import wire
from grader.plan import Plan
from grader.submission import Submission
from grader.transcript import Transcript


@dataclass(frozen=True, kw_only=True)
class Isolation:
    """What stood between the submission and this machine.

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
      start: for our own imports; passing it is our failure.
      seconds: for the submission; None leaves it to the exercise, or to the reference where that is slow here.
      factor: times the reference's own time, where that is more than the exercise's seconds.
      output: printed.
      answers: sent back.
      memory: resident at any moment; what is shared with the warm process counts too.
      threads: at any moment, JAX's own 20 or so included.
      stop: asked at every look at the clock; once it says yes, the run is given up and CancelledError raised.
    """

    start: float = 120.0
    seconds: float | None = None
    factor: float = 5.0
    output: int = 1 << 20
    answers: int = 128 << 20
    memory: int = 3 << 30
    threads: int = 128
    stop: Callable[[], bool] | None = None


class CancelledError(Exception):
    """A run was given up on demand; nothing of it is left, and nothing can be said of it."""


class Asked(Protocol):
    """What a runner can be asked to run."""

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
        """The same task for a program that is known to be right, to learn how slow this machine is."""
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
            "cases": [body for body, _ in messages],
        }
        arrays = {f"{i}/{name}": a for i, (_, named) in enumerate(messages) for name, a in named.items()}
        arrays["source"] = np.frombuffer(self.submission.source.encode("utf-8", "surrogatepass"), np.uint8)
        return wire.encode(body, arrays)


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a run ended.

    Attributes:
      kind: "finished"; "time", "output", "answers", "memory" or "threads" when a limit was passed; "garbled" when what
        came was no message of ours; "broken" when the submission broke the worker; "gone" when the process ended by
        itself; "not_started" when we failed to bring the worker up.
      status: exit status of a process that is gone, negative for a signal.
      detail: for the reader: the limit, or what failed.
    """

    kind: Literal[
        "finished", "time", "output", "answers", "memory", "threads", "garbled", "broken", "gone", "not_started"
    ]
    status: int | None = None
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What came of a request.

    Attributes:
      transcript: the worker's events.
      ending: how it ended.
      printed: what was printed after the last event, made plain.
      seconds: from "ready" to the end.
      limit: seconds that it was granted, what the reference's slowness added included.
    """

    transcript: Transcript
    ending: Ending
    printed: str = ""
    seconds: float = 0.0
    limit: float = 0.0


def not_started(detail: str) -> Run:
    """The run that never was, by a fault of ours."""
    return Run(transcript=Transcript(), ending=Ending(kind="not_started", detail=detail))


class Look(NamedTuple):
    """What the waiting worker is asked for when the run is through.

    Attributes:
      case: index of the case whose intermediate values are wanted.
      residuals: whether it is also to say how much the gradient keeps.
    """

    case: int
    residuals: bool = False


FollowUp = Callable[[Run], Look | None]


def nothing_more(run: Run) -> None:
    """Asks for nothing."""


class Runner(Protocol):
    """Runs submissions."""

    @property
    def isolation(self) -> Isolation:
        """The layers around every submission that it runs."""
        ...

    @property
    def note(self) -> str:
        """What else a reader of its reports should know; mostly nothing."""
        ...

    def run(self, asked: Asked, /, follow_up: FollowUp = nothing_more) -> Run:
        """Runs one submission; whatever it does, this returns.

        Args:
          asked: the program, and what is asked of it.
          follow_up: given the finished run, says what else the waiting worker is asked for, if anything.
        """
        ...
