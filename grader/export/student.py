"""A learner's folder: the task, the starter, and how to have it graded."""

import shlex

from exercises.loader import Loaded

_LAST = """
---

## How to go on

`SLUG.py` is the starter: write at its TODO. On a machine with Python 3.11 to 3.13, in a virtual environment:

    pip install INSTALL
    grader check SLUG SLUG.py     # says what is wrong, and on which line
    grader watch SLUG SLUG.py     # the same, on every save
    grader hint SLUG              # one hint further each time
"""


def folder(exercise: Loaded, install: str) -> dict[str, str]:
    """Its files by name.

    Args:
      exercise: what is to be solved.
      install: what pip installs the grader from.
    """
    last = _LAST.replace("SLUG", exercise.slug).replace("INSTALL", shlex.quote(install))
    return {"README.md": exercise.statement.rstrip("\n") + "\n" + last, f"{exercise.slug}.py": exercise.starter}
