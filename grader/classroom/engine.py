"""Grades a class: known verdicts are reused, and everything else is run by an executor.

Only the caller's thread uses the gradebook; an executor (``executor.py``, ``dask_engine.py``) takes texts and returns
verdicts. Each verdict is written as soon as it arrives, so a batch can be killed at any time: started again, it resumes
and ends with the same verdicts as an uninterrupted one.
"""

from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from grader.classroom.executor import Executor, Graded, Text
from grader.classroom.fault_log import FaultLog
from grader.classroom.gradebook import Fingerprint, Gradebook
from grader.classroom.grading import not_checked
from grader.classroom.submissions import HandedIn
from grader.course.loader import Loaded
from grader.pipeline import rejected
from grader.report import refused
from grader.submission.reading import Submission

DEATHS = 5  # of the whole grader while it grades a submission, after which the submission is no longer tried


@dataclass(frozen=True, kw_only=True)
class Task:
    """A text to grade.

    Attributes:
      sha256: Its digest.
      submission: The text.
      students: Those who submitted it.
      fingerprint: Everything else that the verdict depends on.
      begun: How often grading it was started and not finished.
      regraded: Whether the teacher asks for it although there is a verdict.
    """

    sha256: str
    submission: Submission
    students: tuple[HandedIn, ...]
    fingerprint: Fingerprint
    begun: int
    regraded: bool


class Engine:
    """Grades one class in one exercise."""

    def __init__(self, exercise: Loaded, book: Gradebook, log: FaultLog, *, digests: tuple[str, str]) -> None:
        """Does nothing yet.

        Args:
          exercise: The exercise being graded.
          book: The gradebook.
          log: Where faults of the grader are logged.
          digests: Of the exercise and of the grader.
        """
        self._exercise, self._book, self._log, self._digests = exercise, book, log, digests
        self._hidden = book.seed is None

    def prepare(self, students: Sequence[HandedIn], *, regrade: Collection[str] = ()) -> list[Task]:
        """Enrols students, gives them the verdicts that need no run, and returns the other texts in the order to run.

        Args:
          students: The class, or one shard of it.
          regrade: Students whose texts are graded again although nothing has changed.
        """
        same_text: dict[str, list[HandedIn]] = {}
        for one in students:
            same_text.setdefault(one.sha256, []).append(one)
        with self._book.whole():
            self._book.enrol((one.student, one.name, one.file) for one in students)
            tasks = [task for same in same_text.values() if (task := self._task(tuple(same), regrade))]
        # A text that may have crashed the grader comes last and runs alone, so that no other waits for it or dies too.
        return sorted(tasks, key=lambda task: task.begun)

    def run(self, tasks: Sequence[Task], executor: Executor, *, done: Callable[[int], None]) -> None:
        """Runs tasks and writes each verdict as it arrives.

        Args:
          tasks: The result of ``prepare``.
          executor: Grades them. It is closed at the end, whatever happens.
          done: Called after each task with the number of finished ones.
        """
        waiting, running = deque(tasks), dict[str, Task]()
        try:
            while waiting or running:
                while waiting and _may_begin(waiting[0], running, executor.capacity):
                    task = waiting.popleft()
                    if executor.dies_with_us:
                        self._book.begin(task.sha256)
                    running[task.sha256] = task
                    executor.submit(Text(sha256=task.sha256, submission=task.submission, seed=task.fingerprint.seed))
                sha256, graded = executor.result()
                self._write(running[sha256], graded)
                del running[sha256]
                done(len(tasks) - len(waiting) - len(running))
        finally:
            if executor.dies_with_us:
                for sha256 in running:
                    self._book.take_back(sha256)
            executor.close()

    def _task(self, same: tuple[HandedIn, ...], regrade: Collection[str]) -> Task | None:
        """The task for students who submitted the same text; None if it need not be run."""
        first = same[0]
        exercise, grader = self._digests
        fingerprint = Fingerprint(exercise=exercise, grader=grader, seed=self._book.seed_of(first.sha256))
        again = any(one.student in regrade for one in same)
        known = self._book.verdict(first.sha256, fingerprint, decided=first.submission is not None)
        if known is not None and not (again and first.submission):
            self._give(same, known)
            self._book.end(first.sha256)
            return None
        if first.submission is None:
            error = first.problem or refused("nothing", "nothing was handed in")
            report = rejected(self._exercise, error, seed=fingerprint.seed, hidden=self._hidden, fault=first.fault)
            self._give(same, self._book.write(first.sha256, fingerprint, report))
            return None
        if again:
            self._book.end(first.sha256)
        begun = self._book.begun(first.sha256)
        task = Task(
            sha256=first.sha256,
            submission=first.submission,
            students=same,
            fingerprint=fingerprint,
            begun=begun,
            regraded=again and self._book.verdict(first.sha256, fingerprint, decided=False) is not None,
        )
        if begun < DEATHS:
            return task
        self._give_up(task)
        return None

    def _give_up(self, task: Task) -> None:
        """Writes "not checked" for a text that the whole grader died of, or with, too often."""
        number = self._book.verdict(task.sha256, task.fingerprint, decided=False)
        if number is None:
            reason = (
                f"the grader itself was killed {task.begun} times while it graded this, and no longer tries; "
                f"to try once more: --regrade {task.students[0].student}"
            )
            report = not_checked(self._exercise, reason, seed=task.fingerprint.seed, hidden=self._hidden)
            number = self._book.write(task.sha256, task.fingerprint, report)
            self._log.write(_named(task), [reason])
        self._give(task.students, number)

    def _write(self, task: Task, graded: Graded) -> None:
        with self._book.whole():
            number = self._book.write(task.sha256, task.fingerprint, graded.report)
            self._give(task.students, number, regraded=task.regraded)
            self._book.end(task.sha256)
        self._log.write(_named(task), graded.faults)

    def _give(self, students: Collection[HandedIn], number: int, *, regraded: bool = False) -> None:
        for one in students:
            self._book.give(one.student, number, regraded=regraded)


def _named(task: Task) -> list[tuple[str, str]]:
    """Identifier and file of each student who submitted the text."""
    return [(one.student, one.file) for one in task.students]


def _may_begin(task: Task, running: dict[str, Task], capacity: int) -> bool:
    """Whether a task may start now: one that may have crashed the grader runs alone."""
    if task.begun or any(other.begun for other in running.values()):
        return not running
    return len(running) < capacity
