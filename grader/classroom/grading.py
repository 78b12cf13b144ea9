"""Grades one text with a runner that may fail, in a thread of this process or on a Dask worker."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from grader.classroom.executor import Graded
from grader.classroom.fault_log import LOG, faults_of_this_thread
from grader.classroom.shared_runner import SharedRunner
from grader.course.loader import Loaded
from grader.pipeline import grade, rejected
from grader.report import Report, refused
from grader.reports.sentences import message
from grader.sandbox import choice
from grader.sandbox.base import CancelledError, Isolation, Limits, Runner
from grader.sandbox.warm import WarmRunner
from grader.sandbox.warming import programs
from grader.submission.reading import Submission
from grader.text import plain

ATTEMPTS = 2  # at one submission, if the first fails by a fault of the grader
WORTH_FILLING = 40  # submissions, from which on filling the compile cache saves more time than it takes


class IsolationError(Exception):
    """The sandbox isolates less than grades need."""


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How submissions are run.

    Attributes:
      runner: The runner's name.
      unsandboxed: Whether to run them even if the isolation level is none.
      texts: About how many texts one runner will run.
    """

    runner: str
    unsandboxed: bool
    texts: int


@contextmanager
def sandboxed_runner(exercise: Loaded, options: RunOptions, stop: Callable[[], bool] | None = None) -> Iterator[Runner]:
    """A runner fit for grades; its compile cache is filled if that saves time.

    Args:
      exercise: The exercise being graded.
      options: How submissions are run.
      stop: Cancels what is running as soon as it returns True.

    Raises:
      IsolationError: If the runner isolates less than grades need.
    """
    with choice.runner(options.runner, Limits(stop=stop)) as runner:
        if not options.unsandboxed and runner.isolation.level == "none":
            raise IsolationError(_missing(runner.isolation))
        if isinstance(runner, WarmRunner) and options.texts >= WORTH_FILLING:
            runner.fill(programs(exercise))
        yield runner


def graded(exercise: Loaded, submission: Submission, runners: SharedRunner, *, seed: int, hidden: bool) -> Graded:
    """Grades one text; a fault of the grader is logged and tried once more, with another runner.

    Args:
      exercise: The exercise being graded.
      submission: The text.
      runners: Lends the runner.
      seed: Seed for the random inputs.
      hidden: Whether the seed is secret.

    Raises:
      CancelledError: If the run was cancelled.
    """
    with faults_of_this_thread() as faults:
        report = _attempts(exercise, submission, runners, seed=seed, hidden=hidden)
    return Graded(report=report, faults=tuple(faults))


def _attempts(exercise: Loaded, submission: Submission, runners: SharedRunner, *, seed: int, hidden: bool) -> Report:
    reason = ""
    for attempt in range(1, ATTEMPTS + 1):
        runner = None
        try:
            with runners.borrowed() as runner:
                report = grade(exercise, submission, seed=seed, runner=runner, hidden=hidden)
        except CancelledError:
            raise
        except Exception as error:  # one submission never stops a batch
            LOG.exception("attempt %d of %d failed", attempt, ATTEMPTS)
            # The report of a hidden run never quotes an exception, which may quote the submission.
            words = "" if hidden else f": {plain(str(error), 300)}"
            reason = f"the grader failed with {type(error).__name__}{words}"
        else:
            if not report.fault:
                return report
            reason = message(report.error.finding) if report.error else "the grader failed"
            LOG.error("attempt %d of %d failed: %s", attempt, ATTEMPTS, reason)
        if runner is not None:
            runners.retire(runner)
    return not_checked(exercise, f"tried {ATTEMPTS} times; the last time {reason}", seed=seed, hidden=hidden)


def not_checked(exercise: Loaded, reason: str, *, seed: int, hidden: bool) -> Report:
    """The report on a text that the grader failed to grade."""
    return rejected(exercise, refused("grader", reason), seed=seed, hidden=hidden, fault=True)


def _missing(isolation: Isolation) -> str:
    missing = ", ".join(isolation.missing)
    return f"grades need isolation level partial or strong; here it is {isolation.level}, without: {missing}"
