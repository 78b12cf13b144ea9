"""Grades one submission on Gradescope: ``python -m grader.cli.autograde ROOT``, a hidden run.

ROOT/submission holds the student's files; the file to grade is chosen as in a class. ROOT/results/results.json is
written atomically, or not at all if the grader failed. Exit code 0: it was written, 3: it was not.
"""

import json
import os
import secrets
import sys
from pathlib import Path

from grader.cli import log
from grader.cli.exits import FAILURE, RIGHT
from grader.cli.format import deliver
from grader.course.loader import COURSE, Loaded, load
from grader.export.autograder_zip import OWN, SETTINGS
from grader.pipeline import asked_of, grade, rejected
from grader.plan.draws import LARGEST_SEED
from grader.report import Report, refused
from grader.reports import gradescope
from grader.reports.errors import FormatError
from grader.sandbox import choice
from grader.sandbox.base import Limits
from grader.submission.files import SubmissionsError, in_folder
from grader.submission.reader import Reader
from grader.submission.reading import UnreadableError
from grader.submission.which_file import UndecidedError
from grader.text import plain

MEMORY = 480 << 20  # bytes for a submission; Gradescope's smallest container has 768 MiB
REASON_CAP = 300  # characters


class RefusedError(Exception):
    """The submission cannot be graded here; the message says why."""


def main(arguments: list[str]) -> int:
    """Grades and writes the results; a failure is reported on standard error, which Gradescope logs.

    Args:
      arguments: The root folder alone.

    Returns:
      The exit code.
    """
    if os.environ.get(log.ENVIRONMENT):
        log.show()
    try:
        (root,) = (Path(argument) for argument in arguments)
        exercise = _exercise(root / "source")
        seed = secrets.randbelow(LARGEST_SEED + 1)
        sys.stderr.write(f"secret seed {seed}, used once\n")
        report = _report(exercise, root / "submission", seed)
        deliver(gradescope.render(report).encode(), root / "results" / "results.json")
    except (RefusedError, FormatError, SubmissionsError) as error:
        return _failed(str(error))
    except Exception as error:  # every other fault is ours
        log.LOG.exception("the autograder failed")
        return _failed(f"the grader failed with {type(error).__name__}: {error}")
    return RIGHT


def _exercise(source: Path) -> Loaded:
    settings = json.loads((source / SETTINGS).read_text("utf-8"))
    return load(settings["exercise"], source / OWN if settings["own"] else COURSE)


def _report(exercise: Loaded, folder: Path, seed: int) -> Report:
    try:
        with Reader() as reader:
            submission = reader.read(in_folder(folder).files, asked_of(exercise)).submission
    except UndecidedError as error:  # here its author reads it at once, and can hand in again
        return rejected(exercise, refused("which_file", str(error)), seed=seed, hidden=True)
    except UnreadableError as error:
        return rejected(exercise, refused(error.kind, str(error)), seed=seed, hidden=True)
    with choice.runner(limits=Limits(memory=MEMORY)) as runner:
        if runner.isolation.level == "none":
            missing = ", ".join(runner.isolation.missing)
            raise RefusedError(f"grading needs isolation level partial or strong; not isolated here: {missing}")
        return grade(exercise, submission, seed=seed, runner=runner, hidden=True)


def _failed(why: str) -> int:
    sys.stderr.write(f"Nothing was graded. This is not the fault of the submission: {plain(why, REASON_CAP)}\n")
    return FAILURE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
