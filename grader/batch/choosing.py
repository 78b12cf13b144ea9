"""Which of a student's files is graded.

The only .py file, or where there is none the only notebook; of several the one that is called like the exercise,
``group_norm_1d.py``; of several of those, as platforms number them (``group_norm_1d-2.py``), the one with the highest
number. Otherwise none: dates of files change when they are copied, and to guess would grade other files on another
machine. Beside a .py file notebooks do not count: they are where it was written.
"""

import re
from collections.abc import Sequence

from grader.batch.tree import File
from grader.report import ReportError
from grader.text import plain

SHOWN = 5
_NUMBERED = re.compile(r"(?P<stem>.+?)(?:[-_ ]\(?v?(?P<number>\d{1,4})\)?)?")


def chosen(files: Sequence[File], slug: str) -> File | ReportError:
    """The file to grade, or the sentence for a student who has handed in none, or too many.

    Args:
      files: all of the student's.
      slug: the exercise's name.
    """
    programs = [file for file in files if file.kind == ".py"] or [file for file in files if file.kind == ".ipynb"]
    if not programs:
        return _nothing(files, slug)
    if len(programs) == 1:
        return programs[0]
    called = [(number, file) for file in programs if (number := _number(file, slug)) is not None]
    if called:
        highest = max(number for number, _ in called)
        last = [file for number, file in called if number == highest]
        if len(last) == 1:
            return last[0]
    message = (
        f"{len(programs)} {programs[0].kind} files were handed in ({_listed(programs)}), and which one is meant cannot "
        f"be told; hand in one, called {slug}{programs[0].kind}"
    )
    return ReportError(kind="which_file", message=message)


def _number(file: File, slug: str) -> int | None:
    """The number in a file's name where it is called like the exercise, 0 without one; else None."""
    stem = file.name[: -len(file.kind)]
    if stem.casefold() == slug.casefold():
        return 0
    found = _NUMBERED.fullmatch(stem)
    if found and found["number"] and found["stem"].casefold() == slug.casefold():
        return int(found["number"])
    return None


def _nothing(files: Sequence[File], slug: str) -> ReportError:
    if not files:
        return ReportError(kind="nothing", message="nothing was handed in")
    message = f"neither a .py file nor a notebook was handed in, but {_listed(files)}; hand in {slug}.py"
    return ReportError(kind="no_program", message=message)


def _listed(files: Sequence[File]) -> str:
    names = [plain(file.name, 60) for file in files[:SHOWN]]
    return ", ".join(names) + (f" and {len(files) - SHOWN} more" if len(files) > SHOWN else "")
