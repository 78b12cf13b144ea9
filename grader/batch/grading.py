"""One text graded by a runner that may fail, wherever that is: in this process's threads, or in a cluster's worker."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from exercises.loader import Loaded
from grader.batch.pool import Runners
from grader.filling import programs
from grader.pipeline import grade, rejected
from grader.report import Report, ReportError
from grader.runners import choice
from grader.runners.base import CancelledError, Isolation, Limits, Runner
from grader.runners.warm import WarmRunner
from grader.submission import Submission
from grader.text import plain

ATTEMPTS = 2  # at one submission, where the first fails by a fault of ours
WORTH_FILLING = 40  # submissions, from which on a filled compile cache saves more than the filling takes


class TooOpenError(Exception):
    """The isolation is less than grades need."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How programs are to be run.

    Attributes:
      runner: its name.
      unsandboxed: also where the isolation level is none.
      texts: how many one runner will run, about.
    """

    runner: str
    unsandboxed: bool
    texts: int


@contextmanager
def walled(exercise: Loaded, wish: Wish, stop: Callable[[], bool] | None = None) -> Iterator[Runner]:
    """A runner that is fit for grades, with its compile cache filled where that pays.

    Args:
      exercise: what its programs solve.
      wish: how they are to be run.
      stop: once it says yes, whatever runs is given up.

    Raises:
      TooOpenError: if it isolates less than is needed.
    """
    with choice.runner(wish.runner, Limits(stop=stop)) as runner:
        if not wish.unsandboxed and runner.isolation.level == "none":
            raise TooOpenError(_short(runner.isolation))
        if isinstance(runner, WarmRunner) and wish.texts >= WORTH_FILLING:
            runner.fill(programs(exercise))
        yield runner


def graded(exercise: Loaded, submission: Submission, runners: Runners, *, seed: int, hidden: bool) -> Report:
    """The verdict on one text; a fault of ours is tried once more, with another runner.

    Args:
      exercise: what was to be solved.
      submission: the text.
      runners: lend the runner.
      seed: what its inputs are drawn from.
      hidden: whether that is secret.

    Raises:
      CancelledError: if the run was given up on demand.
    """
    reason = ""
    for _ in range(ATTEMPTS):
        runner = None
        try:
            with runners.borrowed() as runner:
                report = grade(exercise, submission, seed=seed, runner=runner, hidden=hidden)
        except CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - one submission never stops a batch
            # A secret run repeats none of an exception's words, which may be the submission's.
            words = "" if hidden else f": {plain(str(error), 300)}"
            reason = f"the grader failed with {type(error).__name__}{words}"
        else:
            if not report.fault:
                return report
            reason = report.error.message if report.error else "the grader failed"
        if runner is not None:
            runners.retire(runner)
    return unchecked(exercise, f"tried {ATTEMPTS} times; the last time {reason}", seed=seed, hidden=hidden)


def unchecked(exercise: Loaded, reason: str, *, seed: int, hidden: bool) -> Report:
    """The report on a text that we failed to grade."""
    return rejected(exercise, ReportError(kind="grader", message=reason), seed=seed, hidden=hidden, fault=True)


def _short(isolation: Isolation) -> str:
    missing = ", ".join(isolation.missing)
    return f"grades need isolation level partial or strong, but here it is {isolation.level}; not isolated: {missing}"
