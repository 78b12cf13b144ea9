"""The learner's commands: what comes next, hints, the solution; and what is noted in the record."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click
from rich.table import Column, Table
from rich.text import Text

from exercises.loader import Loaded
from grader import console, record
from grader.cli_course import chosen, exercises_option, loaded, suggested
from grader.exits import MISUSE
from grader.record import NEWEST, RecordError, Standing
from grader.report import Report
from grader.text import plain

HERE = Path()
LONGEST = 1_000_000  # characters of an exercise's text
TRIES = 3  # after which the solution opens
SOLVED = "Solved for the first time. What comes next: {}"
# Words and signs, so that a state is read without colour and on any terminal.
STATES = {
    "solved": Text("[x] solved", style="green"),
    "begun": Text("[~] begun", style="yellow"),
    "open": Text("[ ] open"),
}


def note_start(exercise: str, target: Path) -> None:
    """Records that an exercise was begun, beside its file, and here too where there is a record here."""
    try:
        if record.begin(target.parent):
            console.write(f"Your progress is kept in {plain(str(target.parent / record.NAME), 200)}.")
        record.update(target.parent, exercise, lambda standing: replace(standing, file=target.name))
        if target.parent.resolve() != HERE.resolve():
            record.update(HERE, exercise, lambda standing: replace(standing, file=str(target)))
    except RecordError as error:
        _not_recorded(error)


def note_try(file: Path, report: Report) -> bool:
    """Records a graded try beside the file, or else here, where a record is; returns whether it is the first right one.

    What was not run, what we failed to grade and what is for grades is no try.
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
    click.echo(f"Not recorded: {error}.", err=True)


@click.command("next")
@exercises_option
def next_() -> int | None:
    """How far you are in the course, and what to do next. Keeps a record in this folder."""
    course = chosen()
    try:
        if _begun_here():
            console.write(f"From now on your progress is kept in {record.NAME}, in this folder.\n")
        standings = {exercise.slug: _standing(exercise) for exercise in course}
    except RecordError as error:
        click.echo(f"{error}.", err=True)
        return MISUSE
    console.show(_map(course, standings))
    open_ = next((exercise for exercise in course if not standings[exercise.slug].solved), None)
    if open_:
        console.write("\n" + "\n".join(_to_do(open_, standings[open_.slug])))
    else:
        console.write(f"\nCongratulations: the whole course is solved. To compare: {suggested('explain', 'EX')}")
    return None


def _begun_here() -> bool:
    """Makes the record; a folder that cannot be written to costs the record, and not the map."""
    record.read(HERE)
    try:
        return record.begin(HERE)
    except RecordError as error:
        _not_recorded(error)
        return False


def _standing(exercise: Loaded) -> Standing:
    """The recorded standing; a file by the starter's name counts as begun, whoever put it there."""
    kept = record.home(HERE, exercise.slug)
    standing = kept[1] if kept else Standing()
    usual = f"{exercise.slug}.py"
    return replace(standing, file=usual) if not standing.file and Path(usual).is_file() else standing


def _map(course: list[Loaded], standings: Mapping[str, Standing]) -> Table:
    """The exercises in order, each with its state."""
    right = {"justify": "right", "no_wrap": True}
    table = Table(
        *(Column("exercise", no_wrap=True), "what you write", Column("state", no_wrap=True)),
        *(Column("points", **right), Column("of", **right), Column("tries", **right)),
        box=None, pad_edge=False,
    )  # fmt: skip
    for exercise in course:
        standing = standings[exercise.slug]
        state = "solved" if standing.solved else "begun" if standing.begun else "open"
        worth = sum(case.points for case in exercise.spec.cases)
        numbers = (f"{standing.points:g}", f"{worth:g}", _tries(standing))
        table.add_row(exercise.slug, Text(plain(exercise.spec.listed, LONGEST)), STATES[state], *numbers)
    return table


def _tries(standing: Standing) -> str:
    return f"{NEWEST} or more" if len(standing.tries) >= NEWEST else str(len(standing.tries))


def _to_do(exercise: Loaded, standing: Standing) -> list[str]:
    """The next exercise and its commands."""
    slug, file = exercise.slug, Path(standing.file or f"{exercise.slug}.py")
    gone = bool(standing.file) and not file.is_file()
    commands = [(suggested("show", slug), "the task")]
    if gone or not standing.begun:
        commands.append((suggested("start", slug), f"its starter, as {slug}.py"))
        file = Path(f"{slug}.py")
    name = console.quoted(file)
    commands += [
        (suggested("check", slug, name), "grades it"),
        (suggested("watch", slug, name), "grades it on every save"),
        (suggested("hint", slug), "one hint further"),
    ]
    wide = max(len(command) for command, _ in commands)
    lines = [f"  {command:<{wide}}  {what}" for command, what in commands]
    missing = [f"{plain(standing.file, 200)} is gone; start anew, or put it back."] if gone else []
    word = "Go on with" if standing.begun else "Next"
    return [f"{word}: {slug}, {plain(exercise.spec.title, LONGEST)}", *missing, *lines]


@click.command()
@exercises_option
@click.argument("exercise")
@click.argument("number", type=int, required=False, metavar="[N]")
def hint(exercise: str, number: int | None) -> None:
    """One hint further than last time, or the Nth."""
    hints = loaded(exercise).spec.hints
    if number is not None and not 1 <= number <= len(hints):
        raise click.UsageError(f"{exercise} has hints 1 to {len(hints)}; there is no hint {number}")
    shown = _hints_shown(exercise, number, len(hints))
    at = number or min((shown or 0) + 1, len(hints))
    console.show(Text(f"Hint {at} of {len(hints)}. {plain(hints[at - 1], LONGEST)}"))
    if at < len(hints):
        step = [str(at + 1)] if number or shown is None else []
        console.write(f"Next: {suggested('hint', exercise, *step)}")
    elif shown is not None and shown >= len(hints):
        console.write("That was the last hint, again: there are no more.")
    else:
        console.write("That is the last hint.")


def _hints_shown(exercise: str, number: int | None, most: int) -> int | None:
    """How many hints were shown so far, and records that one more is; None without a record."""

    def shown(standing: Standing) -> Standing:  # one that was asked for out of turn skips none
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
@click.option("--anyway", is_flag=True, help="Show it now.")
def solution(exercise: str, *, anyway: bool) -> int | None:
    """The reference solution, commented; once you have solved it, or after three graded tries."""
    text = loaded(exercise).solution
    refusal = "" if anyway else _too_early(exercise)
    if refusal:
        click.echo(refusal, err=True)
        return MISUSE
    console.write(plain(text, LONGEST).rstrip("\n"))
    return None


def _too_early(exercise: str) -> str:
    """Why the solution is not shown yet; empty if it is."""
    try:
        kept = record.home(HERE, exercise)
        state = f"this folder has no record of your tries ('{suggested('next')}' begins one)"
    except RecordError as error:
        kept, state = None, str(error)
    if kept:
        standing = kept[1]
        if standing.solved or len(standing.tries) >= TRIES:
            return ""
        state = f"{len(standing.tries)} of {TRIES} tries"
    return (
        f"Not yet: the solution opens when you have solved {exercise}, or after {TRIES} tries.\n"
        f"So far: {state}.\n"
        "A try is a text of yours that was graded and differs from the starter and from earlier tries.\n"
        f"  {suggested('hint', exercise)}  is one step on\n"
        f"  {suggested('solution', exercise, '--anyway')}  shows it now: it is your machine"
    )
