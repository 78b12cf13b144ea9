"""What every runner takes and gives."""

from dataclasses import dataclass
from typing import Literal, Protocol

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
class Request:
    """What a runner is asked to run."""

    plan: Plan
    submission: Submission

    def encoded(self) -> bytes:
        """The message to the worker."""
        messages = [case.message() for case in self.plan.cases]
        body = {
            "source": self.submission.source,
            "filename": self.submission.name,
            "entry": {"name": self.plan.entry.name, "kind": self.plan.entry.kind},
            "cases": [body for body, _ in messages],
        }
        arrays = {f"{i}/{name}": a for i, (_, named) in enumerate(messages) for name, a in named.items()}
        return wire.encode(body, arrays)


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a run ended.

    Attributes:
      kind: "finished"; "time", "output" or "answers" when a limit was passed; "garbled" when what came was no message
        of ours; "gone" when the process ended by itself; "not_started" when we failed to bring the worker up.
      status: exit status of a process that is gone, negative for a signal.
      detail: for the reader: the limit, or what failed.
    """

    kind: Literal["finished", "time", "output", "answers", "garbled", "gone", "not_started"]
    status: int | None = None
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What came of a request."""

    transcript: Transcript
    ending: Ending


class Runner(Protocol):
    """Runs submissions."""

    @property
    def isolation(self) -> Isolation:
        """The layers around every submission that it runs."""
        ...

    def run(self, request: Request) -> Run:
        """Runs one submission; whatever it does, this returns."""
        ...
