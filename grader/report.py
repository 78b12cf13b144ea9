"""The result of grading one submission: what every format is rendered from."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from grader.runners.base import Isolation

CaseOutcome = Literal["right", "wrong", "skipped", "not_checked"]
Outcome = Literal["right", "wrong", "not_checked"]


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What a wrong answer shows.

    Attributes:
      misconception: the name, in the exercise, of the idea whose answers it equals; two names with a "+" between them
        where it takes both; empty where no named idea fits and the text says what the errors themselves show.
      text: for the learner; it ends in a question.
      line: where the submission first departs from the reference; None while that is unknown.
    """

    misconception: str
    text: str
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Departure:
    """Where a wrong program's values leave the right way.

    Attributes:
      case: name of the case that was traced.
      line: of the submission; None where the program could not be traced, and in a notebook, whose lines are its
        cells'.
      text: what is right up to there, with the line's own text; or why there is no trail.
      place: the line in words, "line 18" or "cell 4, line 3"; empty where there is none.
    """

    case: str
    line: int | None
    text: str
    place: str = ""


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
      message: why it is not right; empty where it is.
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
    message: str = ""
    output: str = ""
    visibility: Literal["public", "hidden"] = "public"
    diagnosis: Diagnosis | None = None
    margin: float | None = None


@dataclass(frozen=True, kw_only=True)
class ReportError:
    """Why a submission as a whole could not be graded, or why we could not grade it."""

    kind: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """The verdict on a submission.

    Attributes:
      exercise: its slug.
      cases: in order.
      seed: reproduces every input; None where it is secret.
      seconds: wall clock of the whole run.
      isolation: the layers around the submission; None if nothing ran.
      error: set where one sentence explains all cases.
      fault: whether the error is ours.
      note: what else the reader should know of this run.
      departure: where a wrong program goes astray, if that was looked for.
      error_map: of the first case that is wrong, whose values the learner may see and whose output has the right size.
      digest: of the source that was run; empty where none was.
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
