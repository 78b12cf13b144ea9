"""For notebooks: ``from grader.notebook import check, hint, show, use``, and the magics ``%%check`` and ``%hint``.

``check`` takes the program from the cells that were run, as it would be taken from the saved notebook, and grades it as
``grader check`` does: in a separate process, so that an endless loop is stopped and the kernel is not affected. The
expected values are computed in the kernel, so a verdict here is practice; grades come from the saved notebook.

Magics that the notebook already has are kept. This module does not import JAX.
"""

import atexit
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.cli import log
from grader.course import UnavailableError
from grader.course.loader import COURSE, ExerciseError, Loaded, UnknownExerciseError, load, load_all
from grader.paths import trusted
from grader.pipeline import grade
from grader.report import Report
from grader.reports import html, markdown
from grader.sandbox import choice
from grader.sandbox.fresh import FreshRunner
from grader.sandbox.warm import WarmRunner
from grader.submission.notebook import from_cells
from grader.submission.reading import Submission
from grader.text import plain

__all__ = ["check", "hint", "load_ipython_extension", "show", "use"]

PRACTICE = "Practice, in your own notebook. Grades come from the saved notebook, run in the sandbox."
WIDTH = 88


class Output:
    """What a notebook shows: plain text, and also Markdown or HTML."""

    def __init__(self, text: str, markdown: str | None = None, html: str | None = None) -> None:
        self._text, self._markdown, self._html = text, markdown, html

    def __repr__(self) -> str:
        """The text."""
        return self._text

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """All forms; a notebook shows the richest that it can."""
        forms = {"text/plain": self._text, "text/markdown": self._markdown, "text/html": self._html}
        return {kind: text for kind, text in forms.items() if text is not None}


class Result(Output):
    """A report, as a notebook shows it.

    Attributes:
      report: The report.
    """

    def __init__(self, report: Report, command: str) -> None:
        """Renders the report in all forms."""
        from rich.console import Console  # only where something is shown

        from grader.reports import terminal

        console = Console(file=io.StringIO(), width=WIDTH, highlight=False, color_system=None, force_jupyter=False)
        text = f"{terminal.render(report, console, command=command)}\n{PRACTICE}"
        super().__init__(text, f"{markdown.render(report)}\n{PRACTICE}\n", html.render(report, PRACTICE))
        self.report = report


@dataclass
class _Session:
    """State that the notebook's calls share."""

    slug: str | None = None
    course: Path = COURSE
    runner: WarmRunner | FreshRunner | None = None
    failed: dict[str, int] = field(default_factory=dict)  # label of a cell that raised an exception -> the line


_session = _Session()
_hints: dict[str, int] = {}


class _RefusedError(Exception):
    """A call cannot be carried out; the message is for the learner."""


def use(exercise: str, *, exercises: str | None = None) -> None:
    """Sets the exercise for ``check``, ``hint`` and ``show``.

    Args:
      exercise: The exercise's name, such as "group_norm_1d".
      exercises: A folder of your own exercises; the bundled course by default.
    """
    before = _session.course
    _session.course = Path(exercises) if exercises else COURSE
    try:
        _session.slug = _loaded(exercise).slug
    except _RefusedError as refused:
        _session.course = before
        print(refused)


def check(entry: Any = None, exercise: str | None = None, *, seed: int = 0) -> Output:
    """Grades what you have written in this notebook.

    Args:
      entry: Your class or function; by default, the one that the exercise in use asks for.
      exercise: The exercise's name, needed if several ask for the same entry.
      seed: Seed for the random inputs.

    Returns:
      A report, or a message that says what to do; the notebook shows it.
    """
    try:
        with _only_installed_packages():
            loaded = _exercise_for(entry, exercise)
            report = grade(loaded, _submission(loaded, entry), seed=seed, runner=_runner())
            return Result(report, f"grader check {loaded.slug} NOTEBOOK.ipynb --seed {seed}")
    except (_RefusedError, UnavailableError) as refused:
        return Output(str(refused))
    except KeyboardInterrupt:
        _close_runner()
        return Output("Stopped; nothing was graded.")
    except Exception as error:  # every other fault is ours
        log.LOG.exception("check failed")
        _close_runner()
        reason = f"{type(error).__name__}: {plain(str(error), 300)}"
        return Output(f"The grader itself failed ({reason}). This is not the fault of your program.")


@contextmanager
def _only_installed_packages() -> Iterator[None]:
    """Keeps a learner's own ``rich.py`` or ``matplotlib.py`` from being imported in place of the package."""
    kept = sys.path[:]
    sys.path[:] = trusted()
    try:
        yield
    finally:
        sys.path[:] = kept


def hint(exercise: str | None = None) -> Output:
    """Shows the next hint of the exercise in use, or of another; after the last hint, the first again."""
    try:
        loaded = _loaded(exercise or _in_use("hint"))
    except _RefusedError as refused:
        return Output(str(refused))
    hints = loaded.spec.hints
    number = _hints.get(loaded.slug, 0) % len(hints) + 1 if hints else 0
    if not number:
        return Output(f"{loaded.slug} has no hints.")
    _hints[loaded.slug] = number
    return Output(f"Hint {number} of {len(hints)}. {hints[number - 1]}")


def show(exercise: str | None = None) -> Output:
    """Shows the statement of the exercise in use, or of another."""
    try:
        statement = _loaded(exercise or _in_use("show")).statement
    except _RefusedError as refused:
        return Output(str(refused))
    return Output(statement, markdown=statement)


def load_ipython_extension(shell: Any) -> None:
    """Adds the magics ``%%check`` and ``%hint``, for ``%load_ext grader.notebook``; importing does so too."""
    for kind, name, function in (("cell", "check", _check_magic), ("line", "hint", _hint_magic)):
        if name not in shell.magics_manager.magics[kind]:
            shell.register_magic_function(function, magic_kind=kind, magic_name=name)
    if _note_failure not in shell.events.callbacks["post_run_cell"]:
        shell.events.register("post_run_cell", _note_failure)


def _note_failure(result: Any) -> None:
    """Remembers where a cell raised an exception: what follows there was never run."""
    step = result.error_in_exec.__traceback__ if result.error_in_exec else None
    while step is not None:
        if step.tb_frame.f_globals.get("__name__") == "__main__" and step.tb_frame.f_code.co_name == "<module>":
            _session.failed[f"[{result.execution_count}]"] = step.tb_lineno
            return
        step = step.tb_next


def _check_magic(line: str, cell: str) -> Output | None:
    """``%%check group_norm_nd`` runs the cell, then grades what it defines."""
    ran = _shell().run_cell(cell)
    if not ran.success:
        return None
    slug = line.strip() or None
    try:
        loaded = _loaded(slug or _in_use("%%check"))
    except _RefusedError as refused:
        return Output(str(refused))
    return check(_shell().user_ns.get(loaded.spec.entry.name), loaded.slug)


def _hint_magic(line: str) -> Output:
    """``%hint`` or ``%hint group_norm_nd`` shows the next hint."""
    return hint(line.strip() or None)


def _exercise_for(entry: Any, named: str | None) -> Loaded:
    """The exercise for a call of ``check``."""
    if entry is None and named is None and _session.slug is None:
        raise _RefusedError("Give check your class or function: check(MyGroupNorm)")
    name = getattr(entry, "__name__", None)
    if entry is not None and not (callable(entry) and isinstance(name, str)):
        kind = type(entry).__name__
        way_out = f"; give it the class: check({kind})" if _is_entry(kind) else ""
        raise _RefusedError(f"check takes a class or a function; got {_shown(entry)}{way_out}")
    slug = named or _session.slug
    if slug is not None:
        loaded = _loaded(slug)
        wanted = loaded.spec.entry.name
        if name in (None, wanted):
            return loaded
        if named:
            raise _RefusedError(f"{slug} asks for {wanted}; got {plain(name or '', 60)}")
    asking = [e for e in load_all(_session.course) if e.spec.entry.name == name]
    if len(asking) == 1:
        return asking[0]
    if asking:
        slugs = ", ".join(e.slug for e in asking)
        raise _RefusedError(
            f'{len(asking)} exercises ask for {name}: {slugs}. Name one: check({name}, "{asking[0].slug}")'
        )
    names = ", ".join(dict.fromkeys(e.spec.entry.name for e in load_all(_session.course)))
    raise _RefusedError(f"No exercise asks for {plain(name or '', 60)}; the exercises ask for {names}")


def _is_entry(name: str) -> bool:
    return any(exercise.spec.entry.name == name for exercise in load_all(_session.course))


def _shown(entry: object) -> str:
    with suppress(Exception):
        return plain(repr(entry), 60)
    return "an object"


def _loaded(slug: str) -> Loaded:
    try:
        return load(slug, _session.course)
    except (UnknownExerciseError, ExerciseError) as error:
        raise _RefusedError(plain(str(error), 1000)) from None


def _in_use(what: str) -> str:
    if _session.slug is None:
        raise _RefusedError(f'Choose an exercise: use("group_norm_1d") once, or give {what} its name')
    return _session.slug


def _submission(loaded: Loaded, entry: Any) -> Submission:
    """The program from the cells that were run, as far as they got; a cell that was run twice counts once."""
    name = loaded.spec.entry.name
    history = enumerate(_shell().history_manager.input_hist_raw)
    ran = {text: number for number, text in history if text.strip()}
    cells = [(f"[{number}]", text) for text, number in sorted(ran.items(), key=lambda one: one[1])]
    program = from_cells(cells, name, failed=_session.failed)
    if not any(words in program.source for words in (f"class {name}", f"def {name}", f"{name} =")):
        module = getattr(entry, "__module__", "__main__")
        origin = f" (it was imported from {plain(str(module), 60)})" if module != "__main__" else ""
        left_out = f" ({program.notes[-1]})" if program.notes else ""
        raise _RefusedError(
            f"No cell that was run here defines {name}{origin}{left_out}; define it in a cell and run that cell"
        )
    return Submission(name="notebook.ipynb", source=program.source, places=program.places, modules=program.modules)


def _shell() -> Any:
    ipython = sys.modules.get("IPython")  # not imported: this is not a notebook
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        raise _RefusedError("check is for notebooks and IPython; in a terminal, use: grader check EXERCISE FILE")
    return shell


def _runner() -> WarmRunner | FreshRunner:
    """One warm process for the whole notebook, started when it is first needed."""
    if _session.runner is None:
        _session.runner = choice.runner().__enter__()
    return _session.runner


def _close_runner() -> None:
    """Ends the warm process."""
    if _session.runner is not None:
        with suppress(Exception):
            _session.runner.__exit__(None, None, None)
        _session.runner = None


if os.environ.get(log.ENVIRONMENT):
    log.show()
atexit.register(_close_runner)
with suppress(_RefusedError):
    load_ipython_extension(_shell())
