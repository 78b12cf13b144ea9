"""A student's notebook of an exercise, made of its statement and starter; and a course notebook with links.

The same exercise gives the same bytes: cells are numbered, and nothing is dated or executed.
"""

import json
from collections.abc import Sequence
from typing import Any

from grader.course.loader import Loaded

LANDING = "course"
_INSTALL = """\
#@title Run this once to install the grader (installed versions of JAX and Flax are kept)
import importlib.util

if importlib.util.find_spec("grader") is None:
    %pip install -q {install}"""
_READY = """\
from grader.notebook import check, hint, show, use

use({exercise})"""
_HOW = """\
## How to work on it

Write your code at the TODO above and run that cell. Then run the next cell, as often as you like: it says what is
wrong, and in which line. `hint()` shows the next hint, and `show()` the task again.

Checks in this notebook are practice. To be graded, save the notebook and hand it in: it is graded from the saved file,
with other inputs."""
_NOTES = """\
## Notes

Write down what you learned."""


def learners(exercise: Loaded, install: str, exercises: str | None = None) -> str:
    """The notebook of one exercise, as the text of its file (nbformat 4.5).

    Args:
      exercise: The exercise to hand out.
      install: What pip installs: a requirement, or the URL of a wheel or repository.
      exercises: The folder of a course that is not bundled, as a path on the students' machines.
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
    """The notebook of the course: all exercises in order, with links to their notebooks in the same folder."""
    rows = [
        f"| {number} | [{exercise.spec.title}]({exercise.slug}.ipynb) | {sum(c.points for c in exercise.spec.cases):g}"
        f"{' (practice)' if exercise.spec.practice else ''} |"
        for number, exercise in enumerate(course, 1)
    ]
    head = "# The course\n\nEach exercise is a notebook in this folder. Work through them in order.\n\n"
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
