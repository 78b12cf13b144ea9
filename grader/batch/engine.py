"""Grades a class: what is known already is given, the rest is run at a desk.

Only the caller's thread touches the gradebook; a desk (``desk.py``, ``cluster.py``) takes texts and gives verdicts.
Every verdict is written when it comes, so that a batch may be killed at any moment: started again, it goes on, and says
what an unbroken one would.
"""

from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from exercises.loader import Loaded
from grader.batch.desk import Desk, Text
from grader.batch.gradebook import Basis, Gradebook
from grader.batch.grading import unchecked
from grader.batch.submissions import HandedIn
from grader.pipeline import rejected
from grader.report import Report, ReportError
from grader.submission import Submission

DEATHS = 5  # of the whole grader while it grades one submission, after which that is left alone


@dataclass(frozen=True, kw_only=True)
class Task:
    """A text to grade.

    Attributes:
      sha256: its digest.
      submission: the text.
      students: who handed it in.
      basis: all else that the verdict depends on.
      begun: how often it was begun without an end.
      regraded: whether there is a verdict that somebody wants again.
    """

    sha256: str
    submission: Submission
    students: tuple[str, ...]
    basis: Basis
    begun: int
    regraded: bool


class Engine:
    """Grades one class in one exercise."""

    def __init__(self, exercise: Loaded, book: Gradebook, *, digests: tuple[str, str]) -> None:
        """Does nothing yet.

        Args:
          exercise: what was to be solved.
          book: where verdicts are and go.
          digests: of the exercise and of the grader.
        """
        self._exercise, self._book, self._digests = exercise, book, digests
        self._hidden = book.seed is None

    def prepare(self, students: Sequence[HandedIn], *, regrade: Collection[str] = ()) -> list[Task]:
        """Enrols students, gives them what needs no run, and returns what does, in the order in which it is to be run.

        Args:
          students: of the class, or of one shard of it.
          regrade: students whose texts are graded again though nothing has changed.
        """
        alike: dict[str, list[HandedIn]] = {}
        for one in students:
            alike.setdefault(one.sha256, []).append(one)
        with self._book.whole():
            self._book.enrol((one.student, one.name, one.file) for one in students)
            tasks = [task for same in alike.values() if (task := self._task(same, regrade))]
        # What may have brought the grader down comes last and alone, so that nothing waits for it or dies with it.
        return sorted(tasks, key=lambda task: task.begun)

    def run(self, tasks: Sequence[Task], desk: Desk, *, done: Callable[[int], None]) -> None:
        """Runs tasks and writes every verdict as it comes.

        Args:
          tasks: from ``prepare``.
          desk: grades them; it is closed in the end, whatever happens, and then nothing is begun any more.
          done: is told how many have ended, after each.
        """
        waiting, running = deque(tasks), dict[str, Task]()
        try:
            while waiting or running:
                while waiting and _may_begin(waiting[0], running, desk.places):
                    task = waiting.popleft()
                    if desk.falls_with_us:
                        self._book.begin(task.sha256)
                    running[task.sha256] = task
                    desk.give(Text(sha256=task.sha256, submission=task.submission, seed=task.basis.seed))
                sha256, report = desk.result()
                self._write(running[sha256], report)
                del running[sha256]
                done(len(tasks) - len(waiting) - len(running))
        finally:
            if desk.falls_with_us:
                for sha256 in running:
                    self._book.take_back(sha256)
            desk.close()

    def _task(self, same: list[HandedIn], regrade: Collection[str]) -> Task | None:
        """What is to be run for those who handed in the same; None if nothing is."""
        first, students = same[0], tuple(one.student for one in same)
        exercise, grader = self._digests
        basis = Basis(exercise=exercise, grader=grader, seed=self._book.seed_of(first.sha256))
        again = any(student in regrade for student in students)
        known = self._book.verdict(first.sha256, basis)
        if known is not None and not (again and first.submission):
            self._give(students, known)
            self._book.end(first.sha256)
            return None
        if first.submission is None:
            error = first.problem or ReportError(kind="nothing", message="nothing was handed in")
            report = rejected(self._exercise, error, seed=basis.seed, hidden=self._hidden)
            self._give(students, self._book.write(first.sha256, basis, report))
            return None
        if again:
            self._book.end(first.sha256)
        begun = self._book.begun(first.sha256)
        task = Task(
            sha256=first.sha256,
            submission=first.submission,
            students=students,
            basis=basis,
            begun=begun,
            regraded=again and self._book.verdict(first.sha256, basis, decided=False) is not None,
        )
        if begun < DEATHS:
            return task
        self._leave_alone(task)
        return None

    def _leave_alone(self, task: Task) -> None:
        """Gives up on what the whole grader has died of, or with, too often."""
        number = self._book.verdict(task.sha256, task.basis, decided=False)
        if number is None:
            reason = (
                f"the grader itself was killed {task.begun} times while it graded this, so that it is left alone; "
                f"to try once more: --regrade {task.students[0]}"
            )
            report = unchecked(self._exercise, reason, seed=task.basis.seed, hidden=self._hidden)
            number = self._book.write(task.sha256, task.basis, report)
        self._give(task.students, number)

    def _write(self, task: Task, report: Report) -> None:
        with self._book.whole():
            number = self._book.write(task.sha256, task.basis, report)
            self._give(task.students, number, regraded=task.regraded)
            self._book.end(task.sha256)

    def _give(self, students: Collection[str], number: int, *, regraded: bool = False) -> None:
        for student in students:
            self._book.give(student, number, regraded=regraded)


def _may_begin(task: Task, running: dict[str, Task], places: int) -> bool:
    """Whether a task may join those that run: one that is suspected of bringing everything down runs alone."""
    if task.begun or any(other.begun for other in running.values()):
        return not running
    return len(running) < places
