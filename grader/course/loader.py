"""Finds exercises in a folder and reads their files. The bundled course is read exactly as a teacher's own."""

import hashlib
import importlib.util
import keyword
import re
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from grader.course.exercise import Exercise
from grader.course.rules import rules
from grader.course.wellformed import problems

_GRADER = Path(__file__).parents[1]
_INSTALLED, _CHECKOUT = _GRADER / "exercises", _GRADER.parent / "exercises"
COURSE = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
"""The bundled course: a wheel has it inside the package, a checkout beside it."""

FILES = ("statement.md", "starter.py", "solution.py", "cases.py")
SLUG = "in lower-case letters, digits and underscores, a letter first, 60 at most, no word of Python's"


class ExerciseError(Exception):
    """An exercise folder is malformed. The message tells its author what to change."""


class UnknownExerciseError(LookupError):
    """There is no exercise of that name. The message lists those that exist."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """An exercise read from its folder: its name, its data and the text of its files."""

    slug: str
    spec: Exercise
    statement: str
    starter: str
    solution: str


def slugs(course: Path = COURSE) -> list[str]:
    """The names of the exercises: folders with a ``cases.py`` whose name does not begin with an underscore."""
    return sorted(p.parent.name for p in course.glob("*/cases.py") if not p.parent.name.startswith("_"))


def families(course: Path = COURSE) -> list[Path]:
    """The families of a course, which its exercises share: folders that begin with an underscore, less the template."""
    return sorted({p.parent for p in course.glob("_*/*.py") if p.parent.name != "_template"})


def load(slug: str, course: Path = COURSE) -> Loaded:
    """Reads one exercise.

    Raises:
      UnknownExerciseError: If there is none of that name.
      ExerciseError: If its folder or its SPEC is malformed.
    """
    known = slugs(course)
    if slug not in known:
        raise UnknownExerciseError(f"no exercise is called {slug!r}; there are: {', '.join(known)}")
    if not is_slug(slug):
        raise ExerciseError(f"an exercise's folder is named {SLUG}; this one is named {slug!r}")
    folder = course / slug
    present = {p.name for p in folder.iterdir() if not p.name.startswith(("_", "."))}
    if present != set(FILES):
        raise ExerciseError(
            f"{slug} must hold {', '.join(FILES)}, and besides them only names that begin with an underscore, "
            f"such as _reference.py; it holds {', '.join(sorted(present))}"
        )
    spec = getattr(import_file(course, slug, "cases.py"), "SPEC", None)
    if not isinstance(spec, Exercise):
        raise ExerciseError(f"{slug}/cases.py must define SPEC, a grader.course.Exercise; it is {type(spec).__name__}")
    found = problems(spec)
    if found:
        raise ExerciseError("\n".join(f"{slug}/cases.py: {problem}" for problem in found))
    statement, starter, solution = (_text(folder / name) for name in FILES[:3])
    told = f"{statement.rstrip()}\n\n{rules(spec)}\n" if statement.strip() else statement
    return Loaded(slug=slug, spec=spec, statement=told, starter=starter, solution=solution)


def load_all(course: Path = COURSE) -> list[Loaded]:
    """Reads every exercise, in course order."""
    return sorted((load(slug, course) for slug in slugs(course)), key=lambda e: (e.spec.order, e.slug))


def is_slug(name: str) -> bool:
    """Whether an exercise may have this name: it names a file and a module, and is typed in a shell."""
    return re.fullmatch("[a-z][a-z0-9_]{0,59}", name) is not None and not keyword.iskeyword(name)


def import_file(course: Path, slug: str, filename: str) -> ModuleType:
    """Runs a Python file of an exercise as a module. The file is trusted.

    It is found by path, so that nothing on the search path can shadow it, and no folder is added to the search path.
    It may import installed packages, its exercise's private modules (``from ._reference import ...``) and the families
    of its course (``from .._family import ...``).

    Raises:
      ExerciseError: If it raises while it runs. The message names file and line.
    """
    path = course.resolve() / slug / filename
    name = f"{package(course)}.{slug}.{path.stem}"
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
    """What a course's code raised, and where: "rms_norm/cases.py, line 12, raised KeyError: 'gamma'"."""
    course = course.resolve()
    places = [(Path(f.f_code.co_filename), line) for f, line in traceback.walk_tb(error.__traceback__)]
    reason = str(error)
    if isinstance(error, SyntaxError) and error.filename:
        places.append((Path(error.filename), error.lineno or 1))
        reason = error.msg
    own = [(p.relative_to(course), n) for p, n in places if p.is_relative_to(course)]
    where = f"{own[-1][0].as_posix()}, line {own[-1][1]}," if own else ""
    return f"{where} raised {type(error).__name__}: {reason}".lstrip()


def package(course: Path) -> str:
    """The package that a course's modules belong to. Each course has its own, so that equal names do not clash."""
    course = course.resolve()
    name = f"exercises_in_{hashlib.sha256(str(course).encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"
    if name not in sys.modules:
        module = ModuleType(name)
        module.__path__ = [str(course)]
        sys.modules[name] = module
    return name


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ExerciseError(f"{path.parent.name}/{path.name} cannot be read: {reason}") from None
