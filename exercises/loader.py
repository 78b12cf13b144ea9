"""Finds exercises in a folder and reads their four files."""

import hashlib
import importlib.util
import keyword
import re
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from exercises.spec import Exercise
from exercises.wellformed import problems

COURSE = Path(__file__).parent
FILES = ("statement.md", "starter.py", "solution.py", "cases.py")
SLUG = "in lower-case letters, digits and underscores, a letter first, 60 at most, no word of Python's"


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
    if not is_slug(slug):
        raise ExerciseError(f"an exercise's folder is named {SLUG}; this one is named {slug!r}")
    folder = course / slug
    present = {p.name for p in folder.iterdir() if p.name != "__pycache__" and not p.name.startswith(".")}
    if present != set(FILES):
        raise ExerciseError(f"{slug} must hold exactly {', '.join(FILES)}; it holds {', '.join(sorted(present))}")
    spec = getattr(import_file(course, slug, "cases.py"), "SPEC", None)
    if not isinstance(spec, Exercise):
        raise ExerciseError(
            f"{slug}/cases.py must define SPEC, an exercises.spec.Exercise; it is {type(spec).__name__}"
        )
    found = problems(spec)
    if found:
        raise ExerciseError("\n".join(f"{slug}/cases.py: {problem}" for problem in found))
    statement, starter, solution = (_text(folder / name) for name in FILES[:3])
    return Loaded(slug=slug, spec=spec, statement=statement, starter=starter, solution=solution)


def load_all(course: Path = COURSE) -> list[Loaded]:
    """Reads every exercise, in the order of the course."""
    return sorted((load(slug, course) for slug in slugs(course)), key=lambda e: (e.spec.order, e.slug))


def is_slug(name: str) -> bool:
    """Whether an exercise may bear the name: it becomes a file's name, a module's name and a word in a shell."""
    return re.fullmatch("[a-z][a-z0-9_]{0,59}", name) is not None and not keyword.iskeyword(name)


def import_file(course: Path, slug: str, filename: str) -> ModuleType:
    """Runs a trusted Python file of an exercise as a module; by path, so that no search path can shadow it.

    It may import what is installed, ours included, and by ``from .._shared import ...`` what its course shares.
    No folder of the course is put on the search path.

    Raises:
      ExerciseError: if it raises while it runs; with the file and the line.
    """
    path = course.resolve() / slug / filename
    name = f"{_package(course)}.{slug}.{path.stem}"
    found = importlib.util.spec_from_file_location(name, path)
    if found is None or found.loader is None:
        raise ExerciseError(f"{slug}/{filename} cannot be imported")
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    try:
        found.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise ExerciseError(raised(error, course)) from error
    return module


def raised(error: BaseException, course: Path) -> str:
    """What code of a course raised, and where: "rms_norm/cases.py, line 12, raised KeyError: 'gamma'"."""
    course = course.resolve()
    places = [(Path(f.f_code.co_filename), line) for f, line in traceback.walk_tb(error.__traceback__)]
    reason = str(error)
    if isinstance(error, SyntaxError) and error.filename:
        places.append((Path(error.filename), error.lineno or 1))
        reason = error.msg
    own = [(p.relative_to(course), n) for p, n in places if p.is_relative_to(course) and str(p) != __file__]
    where = f"{own[-1][0].as_posix()}, line {own[-1][1]}," if own else ""
    return f"{where} raised {type(error).__name__}: {reason}".lstrip()


def _package(course: Path) -> str:
    """The package that a course's modules belong to: one for each course, so that equal names do not meet."""
    course = course.resolve()
    if course == COURSE.resolve():
        return "exercises"
    name = f"exercises_in_{hashlib.sha256(str(course).encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"
    if name not in sys.modules:
        package = ModuleType(name)
        package.__path__ = [str(course)]
        sys.modules[name] = package
    return name


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ExerciseError(f"{path.parent.name}/{path.name} cannot be read: {reason}") from None
