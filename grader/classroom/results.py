"""What a batch comes to: the one type that every format of a class's results is rendered from."""

from dataclasses import dataclass
from datetime import datetime

from grader.report import Report


@dataclass(frozen=True, kw_only=True)
class Grade:
    """One student's standing.

    Attributes:
      student: what the student is known by in this class: a name from a file, a roster's or a platform's identifier.
      name: as shown to people; plain.
      file: where the submission was found, within the folder or archive; plain.
      sha256: of the submission's file; students who handed in the same share it. Empty where there was none to read.
      report: the verdict.
      graded: when, UTC.
      seed: what inputs were drawn from, for the teacher's eyes only.
      history: earlier verdicts that this one replaces, the oldest first.
    """

    student: str
    name: str
    file: str
    sha256: str
    report: Report
    graded: datetime
    seed: int
    history: tuple["Past", ...] = ()


@dataclass(frozen=True, kw_only=True)
class Past:
    """A verdict that was replaced.

    Attributes:
      outcome: as it was.
      score: as it was.
      graded: when, UTC.
      why: what changed since: "submission", "exercise", "grader", "seed" or "regraded", several with commas.
    """

    outcome: str
    score: float
    graded: datetime
    why: str


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A class's results in one exercise.

    Attributes:
      exercise: its slug.
      title: its title.
      hidden: whether inputs were drawn from secret seeds, as for grades.
      practice: why its points are not for grades; mostly empty.
      grades: by student, in order.
    """

    exercise: str
    title: str
    hidden: bool
    practice: str
    grades: tuple[Grade, ...]

    @property
    def max_score(self) -> float:
        """Points that a right submission earns."""
        return max((grade.report.max_score for grade in self.grades), default=0.0)
