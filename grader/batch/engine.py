"""Grades a class: what is known already is given, the rest is run by threads over one runner.

Only the caller's thread touches the gradebook; threads hand their verdicts over a queue. Every verdict is written when
it comes, so that a batch may be killed at any moment: started again, it goes on, and says what an unbroken one would.
"""

import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from queue import SimpleQueue

from exercises.loader import Loaded
from grader.batch.gradebook import Basis, Gradebook
from grader.batch.pool import Runners
from grader.batch.submissions import HandedIn
from grader.pipeline import grade, rejected
from grader.report import Report, ReportError
from grader.runners.base import CancelledError
from grader.submission import Submission
from grader.text import plain

ATTEMPTS = 2  # at one submission, where the first fails by a fault of ours
DEATHS = 5  # of the whole grader while it grades one submission, after which that is left alone
LEAVING = 20.0  # seconds that threads may take to end what they are at


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

    def run(
        self, tasks: Sequence[Task], runners: Runners, *, jobs: int, stop: threading.Event, done: Callable[[int], None]
    ) -> None:
        """Runs tasks and writes what comes of them.

        Args:
          tasks: from ``prepare``.
          runners: run the programs; they give up when ``stop`` is set.
          jobs: how many at a time.
          stop: is set when this is left by an exception, a signal's for instance; then nothing is begun any more.
          done: is told how many have ended, after each.
        """
        desk = _Desk(lambda task: self._graded(task, runners), jobs)
        waiting, running = deque(tasks), dict[str, Task]()
        try:
            while waiting or running:
                while waiting and _may_begin(waiting[0], running, jobs):
                    task = waiting.popleft()
                    self._book.begin(task.sha256)
                    running[task.sha256] = task
                    desk.give(task)
                task, report = desk.result()
                self._write(task, report)
                del running[task.sha256]
                done(len(tasks) - len(waiting) - len(running))
        finally:
            stop.set()
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
            number = self._book.write(task.sha256, task.basis, self._unchecked(task, reason))
        self._give(task.students, number)

    def _graded(self, task: Task, runners: Runners) -> Report:
        """The verdict on one text; a fault of ours is tried once more, with another runner."""
        reason = ""
        for _ in range(ATTEMPTS):
            runner = None
            try:
                with runners.borrowed() as runner:
                    report = grade(
                        self._exercise, task.submission, seed=task.basis.seed, runner=runner, hidden=self._hidden
                    )
            except CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - one submission never stops a batch
                reason = self._named(error)
            else:
                if not report.fault:
                    return report
                reason = report.error.message if report.error else "the grader failed"
            if runner is not None:
                runners.retire(runner)
        return self._unchecked(task, f"tried {ATTEMPTS} times; the last time {reason}")

    def _named(self, error: Exception) -> str:
        """An exception of ours; a secret run repeats none of its words, which may be the submission's."""
        words = "" if self._hidden else f": {plain(str(error), 300)}"
        return f"the grader failed with {type(error).__name__}{words}"

    def _unchecked(self, task: Task, reason: str) -> Report:
        error = ReportError(kind="grader", message=reason)
        return rejected(self._exercise, error, seed=task.basis.seed, hidden=self._hidden, fault=True)

    def _write(self, task: Task, report: Report | BaseException) -> None:
        if isinstance(report, BaseException):
            report = self._unchecked(task, f"the grader failed with {type(report).__name__}")
        with self._book.whole():
            number = self._book.write(task.sha256, task.basis, report)
            self._give(task.students, number, regraded=task.regraded)
            self._book.end(task.sha256)

    def _give(self, students: Collection[str], number: int, *, regraded: bool = False) -> None:
        for student in students:
            self._book.give(student, number, regraded=regraded)


def _may_begin(task: Task, running: dict[str, Task], jobs: int) -> bool:
    """Whether a task may join those that run: one that is suspected of bringing everything down runs alone."""
    if task.begun or any(other.begun for other in running.values()):
        return not running
    return len(running) < jobs


class _Desk:
    """Threads that take tasks from one queue and put what came of them in another."""

    def __init__(self, work: Callable[[Task], Report], jobs: int) -> None:
        self._work = work
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._results: SimpleQueue[tuple[Task, Report | BaseException]] = SimpleQueue()
        # Daemons: should one hang, the command ends all the same.
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(jobs)]
        for thread in self._threads:
            thread.start()

    def give(self, task: Task) -> None:
        self._tasks.put(task)

    def result(self) -> tuple[Task, Report | BaseException]:
        """The next that is ready; a signal may interrupt it."""
        return self._results.get()

    def close(self) -> None:
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join(LEAVING)

    def _serve(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                self._results.put((task, self._work(task)))
            except BaseException as error:  # noqa: BLE001 - whatever it is, nobody must wait for it for ever
                self._results.put((task, error))
