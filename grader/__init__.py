"""The grader: a student's file goes in, a report comes out.

    import grader

    exercise = grader.load("group_norm_1d")
    report = grader.grade_file(exercise, "my_group_norm.py")
    print(report.outcome, report.score)
    print(grader.render(report, "markdown"))

Grading many files, open one runner for all of them; its process imports JAX once:

    with grader.open_runner() as runner:
        reports = [grader.grade_file(exercise, path, runner=runner) for path in paths]

Inside, read ``pipeline.py`` first. This module imports nothing until one of its names is used: the process in which
submissions run imports the package, too.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from os import PathLike
    from pathlib import Path
    from typing import Any, Literal

    from grader.course import UnavailableError
    from grader.course.loader import ExerciseError, Loaded, UnknownExerciseError
    from grader.findings.base import Finding, Spot
    from grader.findings.of_errors import Diagnosis, Idea
    from grader.report import CaseResult, Departure, Report, ReportError
    from grader.reports.errors import FormatError
    from grader.sandbox.base import Runner
    from grader.sandbox.fresh import FreshRunner
    from grader.sandbox.warm import WarmRunner
    from grader.submission.reading import NoSuchFileError

__all__ = [
    "CaseResult",
    "Departure",
    "Diagnosis",
    "ExerciseError",
    "Finding",
    "FormatError",
    "Idea",
    "Loaded",
    "NoSuchFileError",
    "Report",
    "ReportError",
    "Runner",
    "Spot",
    "UnavailableError",
    "UnknownExerciseError",
    "exercises",
    "grade_file",
    "grade_source",
    "load",
    "open_runner",
    "render",
]

_WHERE = {
    "CaseResult": "grader.report",
    "Departure": "grader.report",
    "Diagnosis": "grader.findings.of_errors",
    "ExerciseError": "grader.course.loader",
    "Finding": "grader.findings.base",
    "FormatError": "grader.reports.errors",
    "Idea": "grader.findings.of_errors",
    "Loaded": "grader.course.loader",
    "NoSuchFileError": "grader.submission.reading",
    "Report": "grader.report",
    "ReportError": "grader.report",
    "Runner": "grader.sandbox.base",
    "Spot": "grader.findings.base",
    "UnavailableError": "grader.course",
    "UnknownExerciseError": "grader.course.loader",
}


def exercises(course: "str | PathLike[str] | None" = None) -> list[str]:
    """The names of the exercises of a course, in alphabetical order.

    Args:
      course: The folder that holds the exercises' folders; None for the bundled course.
    """
    from grader.course import loader  # nothing is imported before it is used

    return loader.slugs(_folder(course))


def load(name: str, course: "str | PathLike[str] | None" = None) -> "Loaded":
    """Loads an exercise. Its ``cases.py`` is imported, so the folder must be trusted.

    Args:
      name: The exercise's name, such as "group_norm_1d".
      course: The folder that holds the exercises' folders; None for the bundled course.

    Returns:
      The exercise: its ``slug``, the texts ``statement``, ``starter`` and ``solution``, and its ``spec``, the
      ``grader.course.Exercise`` that its ``cases.py`` defines.

    Raises:
      UnknownExerciseError: If the course has no exercise of that name.
      ExerciseError: If the exercise is malformed; the message tells its author what to change.
    """
    from grader.course import loader

    return loader.load(name, _folder(course))


def open_runner(
    name: "Literal['warm', 'fresh'] | None" = None, *, seconds: float | None = None
) -> "WarmRunner | FreshRunner":
    """Opens a runner, a context manager: it runs submissions, each in a process of its own.

    Args:
      name: "warm" (Linux only): a process that has imported JAX is forked for each submission and isolated from the
        system. "fresh": a new Python for each, which starts in seconds and is isolated by little more than its process;
        for files that you trust. None for warm where it works and else fresh.
      seconds: How long a submission may run; None for the exercise's own limit.

    Raises:
      ValueError: If there is no such runner on this system.
    """
    from grader.sandbox import choice
    from grader.sandbox.base import Limits

    if name is not None and name not in choice.NAMES:
        raise ValueError(f"runner {name!r} is not available here; choose from {', '.join(choice.NAMES)}")
    return choice.runner(name or choice.DEFAULT, Limits(seconds=seconds))


def grade_file(
    exercise: "Loaded",
    path: "str | PathLike[str]",
    *,
    seed: int = 0,
    hidden: bool = False,
    runner: "Runner | None" = None,
) -> "Report":
    """Grades a ``.py`` file or a notebook.

    Args:
      exercise: What ``load`` returned.
      path: The submission.
      seed: Reproduces every random input; 0 to 2**31 - 1.
      hidden: For grades: the report holds neither the seed nor any value that was computed from it.
      runner: Where the submission runs, from ``open_runner()``; None opens one for this submission alone.

    Returns:
      The report: ``outcome`` ("right", "wrong", or "not_checked" for a fault of ours), ``score`` of ``max_score``, and
      ``cases``. Whatever the submission does, the verdict is in the report and no exception is raised.

    Raises:
      NoSuchFileError: If there is no file of that name, or it cannot be read.
      ValueError: If the seed is out of range.
      UnavailableError: If the exercise needs a package that is not installed.
    """
    from pathlib import Path

    from grader.pipeline import check_file

    with _opened(runner) as used:
        return check_file(exercise, Path(path), seed=_in_range(seed), runner=used, hidden=hidden)


def grade_source(
    exercise: "Loaded",
    source: str,
    *,
    name: str = "submission.py",
    seed: int = 0,
    hidden: bool = False,
    runner: "Runner | None" = None,
) -> "Report":
    """Grades the text of a program; see ``grade_file``.

    Args:
      exercise: What ``load`` returned.
      source: The text of a Python file, or of a notebook.
      name: The file's name; a notebook's ends in ".ipynb".
      seed: As for ``grade_file``.
      hidden: As for ``grade_file``.
      runner: As for ``grade_file``.

    Raises:
      ValueError: If the seed is out of range.
      UnavailableError: If the exercise needs a package that is not installed.
    """
    from grader.pipeline import check_bytes

    data = source.encode("utf-8", "surrogatepass")
    with _opened(runner) as used:
        return check_bytes(exercise, data, name=name, seed=_in_range(seed), runner=used, hidden=hidden)


def render(report: "Report", format: str = "terminal", *, file: str = "", width: int = 100) -> str:
    """Writes a report in a format.

    Args:
      report: What ``grade_file`` returned.
      format: "terminal" (plain text), "markdown", "json", "junit", "gradescope" or "github".
      file: The submission's path as the reader knows it. "github" puts its annotations there.
      width: Columns of plain text.

    Returns:
      The text. Whatever it took from the submission is harmless in that format.

    Raises:
      ValueError: If there is no such format.
      FormatError: If the format cannot express this report.
    """
    import io

    from rich.console import Console

    from grader.reports import one

    if format not in one.NAMES:
        raise ValueError(f"no format is called {format!r}; choose from {', '.join(one.NAMES)}")
    console = Console(file=io.StringIO(), width=width, highlight=False, color_system=None)
    return one.render(format, report, one.Where(console=console, file=file or "submission.py", command=""))


def _folder(course: "str | PathLike[str] | None") -> "Path":
    from pathlib import Path

    from grader.course.loader import COURSE

    return COURSE if course is None else Path(course)


def _in_range(seed: int) -> int:
    from grader.plan.draws import LARGEST_SEED

    if not 0 <= seed <= LARGEST_SEED:
        raise ValueError(f"seed must be from 0 to {LARGEST_SEED}, got {seed}")
    return seed


def _opened(given: "Runner | None") -> "AbstractContextManager[Runner]":
    from contextlib import nullcontext

    return nullcontext(given) if given else open_runner()


def __getattr__(name: str) -> "Any":
    """The classes, each imported from its module when it is asked for."""
    if name not in _WHERE:
        raise AttributeError(f"module 'grader' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    """The public names."""
    return __all__
