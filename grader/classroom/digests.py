"""What verdicts depend on beside a submission's text, as digests: when one changes, everything is graded anew."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from grader.classroom.gradebook import digest
from grader.course.loader import COURSE, families

GRADER = Path(__file__).parents[1]
# What programs run on.
PACKAGES = ("flax", "jax", "jaxlib", "ml-dtypes", "numpy", "optax")


def exercise_digest(slug: str, course: Path = COURSE) -> str:
    """Of an exercise's files, and of what exercises of its course share."""
    paths = [path for folder in (course / slug, *families(course)) for path in _files(folder)]
    return digest((str(path.relative_to(course)), path.read_bytes()) for path in paths)


def grader_digest() -> str:
    """Of the grader's sources, of Python and of the libraries."""
    sources = [(str(path.relative_to(GRADER)), path.read_bytes()) for path in GRADER.rglob("*.py")]
    return digest([*sources, *((f"{name}-version", number.encode()) for name, number in versions().items())])


def versions() -> dict[str, str]:
    """Of Python and of the libraries that programs run on."""
    return {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
