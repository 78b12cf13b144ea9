"""For a notebook: ``from grader.notebook import check, hint, show, use``; the magics ``%%check EX`` and ``%hint``.

A check takes the program from the cells that were run, as it would be taken from the saved notebook, and grades it as
``grader check`` does: in a process of its own, so that a loop without an end is ended and the kernel stays as it is.
What is expected is computed in the kernel: so a verdict here is practice, and grades come from the saved notebook.

Nothing that a notebook has is replaced; JAX is not imported here.
"""

import atexit
import io
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exercises.loader import COURSE, ExerciseError, Loaded, UnknownExerciseError, load, load_all
from exercises.spec import UnavailableError
from grader.extraction import from_cells
from grader.pipeline import grade
from grader.report import Report
from grader.reports import html, markdown
from grader.runners import choice
from grader.runners.fresh import FreshRunner
from grader.runners.warm import WarmRunner
from grader.submission import Submission
from grader.text import plain

__all__ = ["check", "hint", "load_ipython_extension", "show", "use"]

PRACTICE = "Practice, in your own notebook: grading runs from the saved notebook, behind the wall."
WIDTH = 88


class Said:
    """What a notebook shows: plain text, and Markdown and HTML where it can."""

    def __init__(self, text: str, markdown: str | None = None, html: str | None = None) -> None:
        self._text, self._markdown, self._html = text, markdown, html

    def __repr__(self) -> str:
        """The text."""
        return self._text

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """All forms; a notebook takes the richest that it can show."""
        found = {"text/plain": self._text, "text/markdown": self._markdown, "text/html": self._html}
        return {kind: text for kind, text in found.items() if text is not None}


class Result(Said):
    """A report, as a notebook shows it.

    Attributes:
      report: the verdict.
    """

    def __init__(self, report: Report, command: str) -> None:
        """Renders it in all forms."""
        from rich.console import Console  # noqa: PLC0415 - only where something is shown

        from grader.reports import terminal  # noqa: PLC0415

        console = Console(file=io.StringIO(), width=WIDTH, highlight=False, color_system=None, force_jupyter=False)
        text = f"{terminal.render(report, console, command=command)}\n{PRACTICE}"
        super().__init__(text, f"{markdown.render(report)}\n{PRACTICE}\n", html.render(report, PRACTICE))
        self.report = report


@dataclass
class _Session:
    """What the notebook's calls share."""

    slug: str | None = None
    course: Path = COURSE
    runner: WarmRunner | FreshRunner | None = None


_session = _Session()
_hints: dict[str, int] = {}


class _Refused(Exception):  # noqa: N818 - said, not raised
    """What cannot be done, in a sentence for the learner."""


def use(exercise: str, *, exercises: str | None = None) -> None:
    """Says once which exercise ``check``, ``hint`` and ``show`` are about.

    Args:
      exercise: its name, such as "group_norm_1d".
      exercises: a folder of a teacher's own exercises; the bundled course by default.
    """
    before = _session.course
    _session.course = Path(exercises) if exercises else COURSE
    try:
        _session.slug = _loaded(exercise).slug
    except _Refused as refused:
        _session.course = before
        print(refused)  # noqa: T201 - to whoever has typed it


def check(entry: Any = None, exercise: str | None = None, *, seed: int = 0) -> Said:  # noqa: ANN401 - whatever was typed
    """Grades what you have written in this notebook.

    Args:
      entry: the class or function; without it, the one that the exercise in use asks for.
      exercise: which exercise, where several ask for that name.
      seed: draws the inputs.
    """
    try:
        loaded = _exercise_for(entry, exercise)
        submission = _submission(loaded, entry)
        report = grade(loaded, submission, seed=seed, runner=_runner())
    except (_Refused, UnavailableError) as refused:
        return Said(str(refused))
    except KeyboardInterrupt:
        _rest()
        return Said("Stopped. Nothing was graded.")
    except Exception as error:  # noqa: BLE001 - no traceback of ours in a learner's notebook
        _rest()
        return Said(
            f"The grader itself failed ({type(error).__name__}: {plain(str(error), 300)}); no program is at fault."
        )
    return Result(report, f"grader check {loaded.slug} NOTEBOOK.ipynb --seed {seed}")


def hint(exercise: str | None = None) -> Said:
    """The next hint of the exercise in use, or of another; from the first again after the last."""
    try:
        loaded = _loaded(exercise or _in_use("hint"))
    except _Refused as refused:
        return Said(str(refused))
    hints = loaded.spec.hints
    number = _hints.get(loaded.slug, 0) % len(hints) + 1 if hints else 0
    if not number:
        return Said(f"{loaded.slug} has no hints.")
    _hints[loaded.slug] = number
    return Said(f"Hint {number} of {len(hints)}. {hints[number - 1]}")


def show(exercise: str | None = None) -> Said:
    """The statement of the exercise in use, or of another."""
    try:
        statement = _loaded(exercise or _in_use("show")).statement
    except _Refused as refused:
        return Said(str(refused))
    return Said(statement, markdown=statement)


def load_ipython_extension(shell: Any) -> None:  # noqa: ANN401 - an IPython shell
    """``%load_ext grader.notebook``: adds the magics ``%%check`` and ``%hint``; importing this does it too."""
    for kind, name, function in (("cell", "check", _check_magic), ("line", "hint", _hint_magic)):
        if name not in shell.magics_manager.magics[kind]:
            shell.register_magic_function(function, magic_kind=kind, magic_name=name)


def _check_magic(line: str, cell: str) -> Said | None:
    """``%%check group_norm_nd``: runs the cell, then grades what it defines."""
    ran = _shell().run_cell(cell)
    if not ran.success:
        return None
    slug = line.strip() or None
    try:
        loaded = _loaded(slug or _in_use("%%check"))
    except _Refused as refused:
        return Said(str(refused))
    return check(_shell().user_ns.get(loaded.spec.entry.name), loaded.slug)


def _hint_magic(line: str) -> Said:
    """``%hint`` or ``%hint group_norm_nd``: one hint further."""
    return hint(line.strip() or None)


def _exercise_for(entry: Any, named: str | None) -> Loaded:  # noqa: ANN401 - whatever was typed
    """The exercise that a call is about."""
    if entry is None and named is None and _session.slug is None:
        raise _Refused("Check what? Give it your class or function: check(MyGroupNorm)")
    name = getattr(entry, "__name__", None)
    if entry is not None and not (callable(entry) and isinstance(name, str)):
        hint_ = f"; its class is {type(entry).__name__}: give that" if _is_ours(type(entry).__name__) else ""
        raise _Refused(f"check takes a class or a function; this is {_shown(entry)}{hint_}")
    slug = named or _session.slug
    if slug is not None:
        loaded = _loaded(slug)
        wanted = loaded.spec.entry.name
        if name in (None, wanted):
            return loaded
        if named:
            raise _Refused(f"{slug} asks for {wanted}; this is {plain(name or '', 60)}")
    asking = [e for e in load_all(_session.course) if e.spec.entry.name == name]
    if len(asking) == 1:
        return asking[0]
    if asking:
        slugs = ", ".join(e.slug for e in asking)
        raise _Refused(f'{len(asking)} exercises ask for {name}: {slugs}. Say which: check({name}, "{asking[0].slug}")')
    names = ", ".join(dict.fromkeys(e.spec.entry.name for e in load_all(_session.course)))
    raise _Refused(f"No exercise asks for {plain(name or '', 60)}; exercises ask for {names}")


def _is_ours(name: str) -> bool:
    return any(exercise.spec.entry.name == name for exercise in load_all(_session.course))


def _shown(entry: object) -> str:
    with suppress(Exception):
        return plain(repr(entry), 60)
    return "an object"


def _loaded(slug: str) -> Loaded:
    try:
        return load(slug, _session.course)
    except (UnknownExerciseError, ExerciseError) as error:
        raise _Refused(plain(str(error), 1000)) from None


def _in_use(what: str) -> str:
    if _session.slug is None:
        raise _Refused(f'Say which exercise: use("group_norm_1d") once, or {what} with its name')
    return _session.slug


def _submission(loaded: Loaded, entry: Any) -> Submission:  # noqa: ANN401 - a class or function
    """The program as the saved notebook would give it, from the cells that were run; a cell run again counts once."""
    name = loaded.spec.entry.name
    ran = {text: number for number, text in enumerate(_shell().history_manager.input_hist_raw) if text.strip()}
    cells = [(f"[{number}]", text) for text, number in sorted(ran.items(), key=lambda one: one[1])]
    found = from_cells(cells, name)
    if not any(words in found.source for words in (f"class {name}", f"def {name}", f"{name} =")):
        module = getattr(entry, "__module__", "__main__")
        where = f"; it comes from {plain(str(module), 60)}" if module != "__main__" else ""
        left = f" ({found.notes[-1]})" if found.notes else ""
        raise _Refused(f"No cell that was run here defines {name}{where}{left}; define it in a cell, and run that")
    return Submission(name="notebook.ipynb", source=found.source, places=found.places)


def _shell() -> Any:  # noqa: ANN401 - an IPython shell
    ipython = sys.modules.get("IPython")  # where it is not there yet, this is no notebook
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        raise _Refused("This is for notebooks and IPython; at a terminal use: grader check EXERCISE FILE")
    return shell


def _runner() -> WarmRunner | FreshRunner:
    """One warm process for the whole notebook, started when it is needed first."""
    if _session.runner is None:
        _session.runner = choice.runner().__enter__()
    return _session.runner


def _rest() -> None:
    """Lets the warm process go."""
    if _session.runner is not None:
        with suppress(Exception):
            _session.runner.__exit__(None, None, None)
        _session.runner = None


atexit.register(_rest)
with suppress(_Refused):
    load_ipython_extension(_shell())
