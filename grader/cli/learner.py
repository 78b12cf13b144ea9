"""The learner's commands: what to do next, hints, the solution; and what they write in the learner's record."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click
from rich.table import Column, Table
from rich.text import Text

from grader.cli import console
from grader.cli.common import TEXT_CAP
from grader.cli.course import chosen, exercises_option, loaded, suggested
from grader.cli.exits import MISUSE
from grader.course.loader import Loaded
from grader.learner import record
from grader.learner.record import NEWEST, RecordError, Standing
from grader.report import Report
from grader.text import plain

HERE = Path()
TRIES = 3  # after which the solution opens
SOLVED = "Solved for the first time. Continue with: {}"
# Words and signs, so that a state can be read without colour and on any terminal.
STATES = {
    "solved": Text("[x] solved", style="green"),
    "started": Text("[~] started", style="yellow"),
    "open": Text("[ ] open"),
}


def note_start(exercise: str, target: Path) -> None:
    """Records that an exercise was started: beside its file, and also here if this folder has a record."""
    try:
        if record.begin(target.parent):
            console.write(f"Your progress is recorded in {plain(str(target.parent / record.NAME), 200)}.")
        record.update(target.parent, exercise, lambda standing: replace(standing, file=target.name))
        if target.parent.resolve() != HERE.resolve():
            record.update(HERE, exercise, lambda standing: replace(standing, file=str(target)))
    except RecordError as error:
        _not_recorded(error)


def note_try(file: Path, report: Report) -> bool:
    """Records a graded try beside the file, or in this folder if only this one has a record.

    Runs that failed to start, grader errors and hidden runs do not count as tries.

    Returns:
      Whether this is the first right try.
    """
    if not report.digest or report.outcome == "not_checked" or report.seed is None:
        return False
    try:
        changed = record.update(file.parent, report.exercise, lambda standing: standing.graded(report, file.name))
        if changed is None:
            changed = record.update(HERE, report.exercise, lambda standing: standing.graded(report, str(file)))
    except RecordError as error:
        _not_recorded(error)
        return False
    return changed is not None and changed[1].solved and not changed[0].solved


def _not_recorded(error: RecordError) -> None:
    console.tell(f"Not recorded: {error}.")


@click.command("next")
@exercises_option
def next_() -> int | None:
    """Show how far you are and what to do next.

    The command keeps a record of your progress in the current folder.
    """
    course = chosen()
    try:
        if _start_record_here():
            console.write(f"From now on your progress is recorded in {record.NAME} in this folder.\n")
        standings = {exercise.slug: _standing(exercise) for exercise in course}
    except RecordError as error:
        console.tell(f"{error}.")
        return MISUSE
    console.show(_map(course, standings))
    open_ = next((exercise for exercise in course if not standings[exercise.slug].solved), None)
    if open_:
        console.write("\n" + "\n".join(_to_do(open_, standings[open_.slug])))
    else:
        console.write(
            f"\nCongratulations, you have solved the whole course. To compare: {suggested('explain', 'EXERCISE')}"
        )
    return None


def _start_record_here() -> bool:
    """Creates the record; if the folder cannot be written to, the command goes on without one."""
    record.read(HERE)
    try:
        return record.begin(HERE)
    except RecordError as error:
        _not_recorded(error)
        return False


def _standing(exercise: Loaded) -> Standing:
    """The recorded standing; a file with the starter's name counts as started, whoever put it there."""
    kept = record.home(HERE, exercise.slug)
    standing = kept[1] if kept else Standing()
    usual = f"{exercise.slug}.py"
    return replace(standing, file=usual) if not standing.file and Path(usual).is_file() else standing


def _map(course: list[Loaded], standings: Mapping[str, Standing]) -> Table:
    """A table of the exercises in course order, each with its state."""
    right = {"justify": "right", "no_wrap": True}
    table = Table(
        *(Column("exercise", no_wrap=True), "what you write", Column("state", no_wrap=True)),
        *(Column("points", **right), Column("of", **right), Column("tries", **right)),
        box=None, pad_edge=False,
    )  # fmt: skip
    for exercise in course:
        standing = standings[exercise.slug]
        state = "solved" if standing.solved else "started" if standing.started else "open"
        worth = sum(case.points for case in exercise.spec.cases)
        numbers = (f"{standing.points:g}", f"{worth:g}", _tries(standing))
        table.add_row(exercise.slug, Text(plain(exercise.spec.listed, TEXT_CAP)), STATES[state], *numbers)
    return table


def _tries(standing: Standing) -> str:
    return f"{NEWEST} or more" if len(standing.tries) >= NEWEST else str(len(standing.tries))


def _to_do(exercise: Loaded, standing: Standing) -> list[str]:
    """Lines that name the next exercise and its commands."""
    slug, file = exercise.slug, Path(standing.file or f"{exercise.slug}.py")
    gone = bool(standing.file) and not file.is_file()
    commands = [(suggested("show", slug), "read the task")]
    if gone or not standing.started:
        commands.append((suggested("start", slug), f"copy the starter to {slug}.py"))
        file = Path(f"{slug}.py")
    name = console.quoted(file)
    commands += [
        (suggested("check", slug, name), "grade it"),
        (suggested("watch", slug, name), "grade it on every save"),
        (suggested("hint", slug), "see the next hint"),
    ]
    wide = max(len(command) for command, _ in commands)
    lines = [f"  {command:<{wide}}  {what}" for command, what in commands]
    missing = [f"{plain(standing.file, 200)} is missing; restore it or start again."] if gone else []
    word = "Continue with" if standing.started else "Next"
    return [f"{word}: {slug}, {plain(exercise.spec.title, TEXT_CAP)}", *missing, *lines]


@click.command()
@exercises_option
@click.argument("exercise")
@click.argument("number", type=int, required=False, metavar="[N]")
def hint(exercise: str, number: int | None) -> None:
    """Show the next hint of an exercise, or hint N."""
    hints = loaded(exercise).spec.hints
    if number is not None and not 1 <= number <= len(hints):
        raise click.UsageError(f"{exercise} has hints 1 to {len(hints)}; there is no hint {number}")
    shown = _hints_shown(exercise, number, len(hints))
    at = number or min((shown or 0) + 1, len(hints))
    console.show(Text(f"Hint {at} of {len(hints)}. {plain(hints[at - 1], TEXT_CAP)}"))
    if at < len(hints):
        step = [str(at + 1)] if number or shown is None else []
        console.write(f"Next: {suggested('hint', exercise, *step)}")
    elif shown is not None and shown >= len(hints):
        console.write("That was the last hint again; there are no more.")
    else:
        console.write("That is the last hint.")


def _hints_shown(exercise: str, number: int | None, most: int) -> int | None:
    """Records that a hint is shown; returns how many were shown before, or None without a record."""

    def shown(standing: Standing) -> Standing:  # a hint asked for out of turn skips none
        following = min(most, standing.hints + 1)
        return replace(standing, hints=following) if number in (None, following) else standing

    try:
        kept = record.home(HERE, exercise)
        changed = record.update(kept[0], exercise, shown) if kept else None
    except RecordError as error:
        _not_recorded(error)
        return None
    return changed[0].hints if changed else None


@click.command()
@exercises_option
@click.argument("exercise")
@click.option("--anyway", is_flag=True, help="Show it now, however far you are.")
def solution(exercise: str, *, anyway: bool) -> int | None:
    """Show the reference solution of an exercise, with comments.

    It is shown once you have solved the exercise, or after three graded tries.
    """
    text = loaded(exercise).solution
    refusal = "" if anyway else _too_early(exercise)
    if refusal:
        console.tell(refusal)
        return MISUSE
    console.write(plain(text, TEXT_CAP).rstrip("\n"))
    return None


def _too_early(exercise: str) -> str:
    """Why the solution is not shown yet; empty if it may be shown."""
    try:
        kept = record.home(HERE, exercise)
        state = f"this folder has no record of your tries ('{suggested('next')}' creates one)"
    except RecordError as error:
        kept, state = None, str(error)
    if kept:
        standing = kept[1]
        if standing.solved or len(standing.tries) >= TRIES:
            return ""
        state = f"{len(standing.tries)} of {TRIES} tries"
    return (
        f"Not yet: the solution is shown once you have solved {exercise}, or after {TRIES} tries.\n"
        f"So far: {state}.\n"
        "A try counts if it was graded and differs from the starter and from your earlier tries.\n"
        f"  {suggested('hint', exercise)}  shows the next hint\n"
        f"  {suggested('solution', exercise, '--anyway')}  shows the solution now"
    )
