"""Finds exercises in a folder and reads their four files."""

import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from exercises.spec import Exercise

COURSE = Path(__file__).parent
FILES = ("statement.md", "starter.py", "solution.py", "cases.py")


class ExerciseError(Exception):
    """An exercise folder is not as it must be; the message says how, for its author."""


class UnknownExerciseError(LookupError):
    """No exercise bears the asked name; the message lists those that exist."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """An exercise read from its folder: its name, its data and the text of its files."""

    slug: str
    spec: Exercise
    statement: str
    starter: str
    solution: str


def slugs(course: Path = COURSE) -> list[str]:
    """Names of the exercise folders: those that hold a ``cases.py`` and do not begin with an underscore."""
    return sorted(p.parent.name for p in course.glob("*/cases.py") if not p.parent.name.startswith("_"))


def load(slug: str, course: Path = COURSE) -> Loaded:
    """Reads one exercise.

    Raises:
      UnknownExerciseError: if there is none of that name.
      ExerciseError: if its folder or its SPEC is malformed.
    """
    known = slugs(course)
    if slug not in known:
        raise UnknownExerciseError(f"no exercise is called {slug!r}; there are: {', '.join(known)}")
    folder = course / slug
    present = {p.name for p in folder.iterdir() if p.name != "__pycache__"}
    if present != set(FILES):
        raise ExerciseError(f"{slug} must hold exactly {', '.join(FILES)}; it holds {', '.join(sorted(present))}")
    spec = getattr(import_file(folder / "cases.py", f"exercises.{slug}.cases"), "SPEC", None)
    if not isinstance(spec, Exercise):
        raise ExerciseError(
            f"{slug}/cases.py must define SPEC, an exercises.spec.Exercise; it is {type(spec).__name__}"
        )
    _check_names(slug, spec)
    statement, starter, solution = ((folder / name).read_text("utf-8") for name in FILES[:3])
    return Loaded(slug=slug, spec=spec, statement=statement, starter=starter, solution=solution)


def load_all(course: Path = COURSE) -> list[Loaded]:
    """Reads every exercise, in the order of the course."""
    return sorted((load(slug, course) for slug in slugs(course)), key=lambda e: (e.spec.order, e.slug))


def import_file(path: Path, name: str) -> ModuleType:
    """Runs a trusted Python file as a module of the given name; by path, so that no search path can shadow it.

    Raises:
      ExerciseError: if it raises while it runs.
    """
    found = importlib.util.spec_from_file_location(name, path)
    if found is None or found.loader is None:
        raise ExerciseError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    try:
        found.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise ExerciseError(f"{path.parent.name}/{path.name} raised {type(error).__name__}: {error}") from error
    return module


def _check_names(slug: str, spec: Exercise) -> None:
    for what, names in _names(spec):
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ExerciseError(f"{slug}: two {what} are called {twice[0]!r}; names must be unique")
    seen: set[str] = set()
    for case in spec.cases:
        unknown = sorted(set(case.needs) - seen)
        if unknown:
            raise ExerciseError(f"{slug}: case {case.name!r} needs {unknown[0]!r}, which is no earlier case")
        seen.add(case.name)


def _names(spec: Exercise) -> Iterator[tuple[str, list[str]]]:
    yield "cases", [c.name for c in spec.cases]
    yield "misconceptions", [m.name for m in spec.misconceptions]
    yield "right variants", [v.name for v in spec.right_variants]
