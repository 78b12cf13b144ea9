"""The result of grading one submission, as data: what every format is rendered from."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from grader.findings.base import Finding, Spot
from grader.findings.of_case import LeftOut, Refused
from grader.findings.of_errors import Diagnosis, Idea, Line
from grader.judge.comparison import Outcome as CaseOutcome
from grader.sandbox.base import Isolation

Outcome = Literal["right", "wrong", "not_checked"]

__all__ = [
    "CaseOutcome",
    "CaseResult",
    "Departure",
    "Diagnosis",
    "ErrorMap",
    "Outcome",
    "Report",
    "ReportError",
    "refused",
]


@dataclass(frozen=True, kw_only=True)
class Departure:
    """Where a wrong program departs from a right one.

    Attributes:
      case: name of the case in which that was seen.
      found: the line, and what is right up to it; or why there is none.
    """

    case: str
    found: Line

    @property
    def spot(self) -> Spot | None:
        """The line at which values go wrong; None where it cannot be told."""
        return None if self.found.what == "untraced" else self.found.spot

    @property
    def line(self) -> int | None:
        """The line of the file; None where none can be told, and in a notebook, whose lines are its cells'."""
        return self.spot.line if self.spot and self.spot.cell is None else None


@dataclass(frozen=True, kw_only=True, eq=False)
class ErrorMap:
    """Where one case's output is off, for a picture. Never of a hidden case; not part of the JSON.

    Attributes:
      case: its name.
      seed: what its arrays were drawn from.
      error: what was returned less what was expected, float64, in the shape of the output with channels last; 0 where
        that is within what is allowed; NaN where no number was returned.
      borders: channels at which another group begins.
    """

    case: str
    seed: int | None
    error: np.ndarray
    borders: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """The verdict on one case.

    Attributes:
      name: the case's name.
      seed: what its arrays were drawn from; None where that is secret.
      visibility: whether the learner may see its inputs and values.
      outcome: right, wrong, skipped (needs another case first) or not_checked (our own fault).
      points: earned.
      max_points: what a right answer earns.
      situation: arguments and input in one line.
      finding: why it is not right; None where it is.
      output: what the submission printed, capped.
      diagnosis: what the wrong answer shows, if anything.
      margin: largest error in units of what is allowed; None where no values were compared.
    """

    name: str
    seed: int | None
    outcome: CaseOutcome
    points: float
    max_points: float
    situation: str
    finding: Finding | None = None
    output: str = ""
    visibility: Literal["public", "hidden"] = "public"
    diagnosis: Diagnosis | None = None
    margin: float | None = None


@dataclass(frozen=True, kw_only=True)
class ReportError:
    """Why a submission as a whole could not be graded, or why we could not grade it.

    Attributes:
      kind: one word for it.
      finding: what happened.
    """

    kind: str
    finding: Finding


def refused(kind: str, message: str) -> ReportError:
    """The error of a submission that is not run, for what it is, or of one that we failed to run.

    Args:
      kind: one word for it.
      message: the rule, the values and a way out.
    """
    return ReportError(kind=kind, finding=Refused(why=kind, message=message))


@dataclass(frozen=True, kw_only=True)
class Report:
    """The verdict on a submission.

    Attributes:
      exercise: its slug.
      cases: in order.
      seed: reproduces every input; None where it is secret.
      seconds: wall clock of the whole run.
      isolation: the layers around the submission; None if nothing ran.
      error: set where one finding explains all cases.
      fault: whether the error is ours.
      note: what else the reader should know of this run.
      departure: where a wrong program departs from a right one, if that was looked for.
      error_map: of the first case that is wrong, whose values the learner may see and whose output has the right size.
      digest: of the source that was run; empty where none was.
      left_out: lines that its import failed at or that its entry does not need, which were left out; mostly nothing.
    """

    exercise: str
    cases: tuple[CaseResult, ...]
    seed: int | None
    seconds: float
    isolation: Isolation | None = None
    error: ReportError | None = None
    fault: bool = False
    note: str = ""
    departure: Departure | None = None
    error_map: ErrorMap | None = None
    digest: str = ""
    left_out: tuple[LeftOut, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Any wrong case: wrong; else any fault of ours: not checked; skips never fail."""
        outcomes = {case.outcome for case in self.cases}
        if "wrong" in outcomes:
            return "wrong"
        return "not_checked" if self.fault or "right" not in outcomes or "not_checked" in outcomes else "right"

    @property
    def score(self) -> float:
        """Points earned."""
        return sum(case.points for case in self.cases)

    @property
    def max_score(self) -> float:
        """Points that a right submission earns."""
        return sum(case.max_points for case in self.cases)

    @property
    def ideas(self) -> tuple[Idea, ...]:
        """The misconceptions that its wrong cases show, each once, in order."""
        shown = (idea for case in self.cases if case.diagnosis for idea in case.diagnosis.ideas)
        return tuple({idea.name: idea for idea in shown}.values())
