"""One submission on Gradescope, by ``python -m grader.export.autograde ROOT``: a run for grades.

ROOT/submission holds what was handed in, of which the file is chosen as in a class; ROOT/results/results.json is
written as a whole, or not at all where the grader failed. Exit code 0: it is written; 3: it is not.
"""

import json
import secrets
import sys
from pathlib import Path

from exercises.loader import COURSE, Loaded, load
from grader.batch.gradebook import LARGEST_SEED
from grader.batch.layouts import Student
from grader.batch.submissions import handed_in
from grader.batch.tree import SubmissionsError, in_folder
from grader.cli_format import deliver
from grader.exits import FAILURE, RIGHT
from grader.export.gradescope import OWN, SETTINGS
from grader.pipeline import grade, rejected
from grader.report import Report
from grader.reports import gradescope
from grader.reports.errors import FormatError
from grader.runners import choice
from grader.runners.base import Limits
from grader.text import plain

MEMORY = 480 << 20  # bytes of a submission, of the 768 MiB that Gradescope's smallest container has
PYTHON_CAP = 300  # characters of what failed


class RefusedError(Exception):
    """Nothing is to be graded here; the message says why."""


def main(arguments: list[str]) -> int:
    """Grades and writes; says on standard error why it could not, for whoever reads the log."""
    try:
        (root,) = (Path(argument) for argument in arguments)
        exercise = _exercise(root / "source")
        seed = secrets.randbelow(LARGEST_SEED + 1)
        sys.stderr.write(f"secret seed {seed}, for this report alone\n")
        report = _report(exercise, root / "submission", seed)
        deliver(gradescope.render(report).encode(), root / "results" / "results.json")
    except (RefusedError, FormatError, SubmissionsError) as error:
        return _failed(str(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is ours
        return _failed(f"the grader failed with {type(error).__name__}: {error}")
    return RIGHT


def _exercise(source: Path) -> Loaded:
    settings = json.loads((source / SETTINGS).read_text("utf-8"))
    return load(settings["exercise"], source / OWN if settings["own"] else COURSE)


def _report(exercise: Loaded, folder: Path, seed: int) -> Report:
    found = handed_in(Student(student="", name="", folder="", files=tuple(in_folder(folder))), exercise)
    if found.submission is None:
        if found.problem is None:
            raise RefusedError("neither a submission nor a reason why there is none")
        return rejected(exercise, found.problem, seed=seed, hidden=True)
    with choice.runner(limits=Limits(memory=MEMORY)) as runner:
        if runner.isolation.level == "none":
            missing = ", ".join(runner.isolation.missing)
            raise RefusedError(f"grades need isolation level partial or strong; not isolated here: {missing}")
        return grade(exercise, found.submission, seed=seed, runner=runner, hidden=True)


def _failed(why: str) -> int:
    sys.stderr.write(f"Nothing was graded, and no submission is at fault: {plain(why, PYTHON_CAP)}\n")
    return FAILURE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
