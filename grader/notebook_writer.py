"""The learner's notebook of an exercise, made of its statement and starter; and one of the whole course, with links.

The same files give the same bytes: cells are numbered, nothing is dated, nothing was run.
"""

import json
from collections.abc import Sequence
from typing import Any

from exercises.loader import Loaded

LANDING = "course"
_INSTALL = """\
#@title Run this once: it installs the grader, unless it is there, and leaves JAX and Flax as they are
import importlib.util

if importlib.util.find_spec("grader") is None:
    %pip install -q {install}"""
_READY = """\
from grader.notebook import check, hint, show, use

use({exercise})"""
_HOW = """\
## How to go on

Write at the TODO above and run that cell; then run the next one, as often as you like. It says what is wrong, and in
which line. `hint()` gives one hint further each time, `show()` the task again.

What it says here is practice. For grades, save the notebook and hand it in: it is graded from the file, with other
inputs."""
_NOTES = """\
## Notes

What you found out."""


def learners(exercise: Loaded, install: str, exercises: str | None = None) -> str:
    """The notebook of one exercise, as the text of its file (nbformat 4.5).

    Args:
      exercise: what is to be solved.
      install: what pip installs the grader from: a requirement, or the address of a wheel or repository.
      exercises: a folder of one's own that the exercise is in, as learners see it.
    """
    which = json.dumps(exercise.slug) + (f", exercises={json.dumps(exercises)}" if exercises else "")
    return _notebook(
        [
            ("markdown", exercise.statement.rstrip("\n")),
            ("code", _INSTALL.format(install=install)),
            ("code", _READY.format(exercise=which)),
            ("code", exercise.starter.rstrip("\n")),
            ("markdown", _HOW),
            ("code", f"check({exercise.spec.entry.name})"),
            ("code", "hint()"),
            ("markdown", _NOTES),
        ]
    )


def landing(course: Sequence[Loaded]) -> str:
    """The notebook of the course: every exercise in order, with a link to its own beside it."""
    rows = [
        f"| {number} | [{exercise.spec.title}]({exercise.slug}.ipynb) | {sum(c.points for c in exercise.spec.cases):g}"
        f"{' (practice)' if exercise.spec.practice else ''} |"
        for number, exercise in enumerate(course, 1)
    ]
    head = "# The course\n\nEach exercise is a notebook beside this one; take them in order.\n\n"
    return _notebook([("markdown", "\n".join([f"{head}| | exercise | points |", "|---:|---|---:|", *rows]))])


def _notebook(cells: Sequence[tuple[str, str]]) -> str:
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    made = {
        "cells": [_cell(number, kind, text) for number, (kind, text) in enumerate(cells, 1)],
        "metadata": metadata,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _cell(number: int, kind: str, text: str) -> dict[str, Any]:
    lines = text.splitlines(keepends=True)
    common = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": lines}
    return {**common, "execution_count": None, "outputs": []} if kind == "code" else common
