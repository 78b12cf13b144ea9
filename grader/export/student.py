"""A student folder: the statement, the starter, and how to grade it."""

import shlex

from grader.course.loader import Loaded

_LAST = """
---

## How to work on it

`SLUG.py` is the starter: write your code at its TODO. With Python 3.11 to 3.13, in a virtual environment:

    pip install INSTALL
    grader check SLUG SLUG.py     # says what is wrong, and in which line
    grader watch SLUG SLUG.py     # does the same on every save
    grader hint SLUG              # shows the next hint
"""


def folder(exercise: Loaded, install: str) -> dict[str, str]:
    """The folder's files by name.

    Args:
      exercise: The exercise to hand out.
      install: What pip installs: a requirement, or the URL of a wheel or repository.
    """
    last = _LAST.replace("SLUG", exercise.slug).replace("INSTALL", shlex.quote(install))
    return {"README.md": exercise.statement.rstrip("\n") + "\n" + last, f"{exercise.slug}.py": exercise.starter}
