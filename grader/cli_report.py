"""The command for a class's results in a format."""

from pathlib import Path

import click

from grader import console
from grader.batch.gradebook import GradebookError
from grader.batch.read import read_batch
from grader.batch.result import Batch, Grade
from grader.cli_course import course, exercises_option, suggested
from grader.cli_format import console_for, deliver, out_option, write
from grader.exits import RIGHT, WRONG
from grader.reports import one
from grader.reports.batch import table
from grader.reports.batch.formats import CLASS, FILLING
from grader.reports.errors import FormatError
from grader.reports.escaping import one_line
from grader.text import plain

ALL = tuple(dict.fromkeys((*CLASS, *FILLING, *one.NAMES)))


@click.command()
@exercises_option
@click.argument("folder", type=Path, metavar="DIR")
@click.option("--format", "name", type=click.Choice(ALL), help="[default: table; terminal for one student]")
@out_option
@click.option("--student", metavar="S", help="Only S's report, in a format of 'grader check'.")
@click.option("--export", type=Path, metavar="CSV", help="For canvas and moodle: what the platform exported.")
@click.option("--column", metavar="HEADING", help="For canvas and moodle: the column that points go to.")
def report(
    folder: Path, name: str | None, out: Path | None, student: str | None, export: Path | None, column: str | None
) -> int:
    """The results of the class in DIR, as 'grader batch' left them.

    Exit code 1: somebody's points could not be placed in the export; everybody else's are.
    """
    try:
        batch = read_batch(folder, course())
    except GradebookError as error:
        raise click.UsageError(plain(str(error), 400)) from None
    name = name or ("terminal" if student else "table")
    try:
        if student:
            _unused("--student", export=export, column=column)
            write(name, _one(name, _found(batch, student), batch, out), out)
            return RIGHT
        if name in FILLING:
            return _filled(name, batch, export, column, out)
        _unused(f"--format {name}", export=export, column=column)
        if name not in CLASS:
            raise click.UsageError(f"--format {name} is for one report: say whose with --student")
        write(name, table.render(batch, console_for(out)) if name == "table" else CLASS[name](batch), out)
    except FormatError as error:
        raise click.UsageError(str(error)) from None
    return RIGHT


def _found(batch: Batch, student: str) -> Grade:
    for grade in batch.grades:
        if grade.student == student:
            return grade
    shown = one_line(student, 100)
    raise click.UsageError(f"nobody here is called \"{shown}\"; 'grader report DIR' lists what everybody is called")


def _one(name: str, grade: Grade, batch: Batch, out: Path | None) -> str:
    if name not in one.NAMES:
        raise click.UsageError(f"--format {name} is for a class; one report is to be had as {', '.join(one.NAMES)}")
    seed = "" if grade.report.seed is None else f" --seed {grade.report.seed}"
    command = f"{suggested('check', batch.exercise, console.quoted(Path(grade.file)))}{seed}"
    return one.render(name, grade.report, one.Where(console=console_for(out), file=grade.file, command=command))


def _filled(name: str, batch: Batch, export: Path | None, column: str | None, out: Path | None) -> int:
    if export is None:
        raise click.UsageError(f"--format {name} fills a column of what {name} exported; name that file with --export")
    if out and out.exists() and export.exists() and out.samefile(export):
        raise click.UsageError("--out would replace the --export that it is made from; name another file")
    filled = FILLING[name](batch, _read(export), column)
    deliver(filled.text.encode("utf-8", "surrogateescape"), out)
    for note in (*filled.notes, *_cautions(batch)):
        click.echo(note, err=True)
    return WRONG if filled.left_out else RIGHT


def _read(export: Path) -> str:
    shown = plain(str(export), 200)
    try:
        data = export.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise click.UsageError(f"--export {shown} cannot be read: {reason}") from None
    return data.decode("utf-8", "surrogateescape")  # what is not UTF-8 is given back as it was


def _cautions(batch: Batch) -> list[str]:
    """What speaks against taking the points for grades."""
    told = [f"not for grades: {plain(batch.practice, 300)}"] if batch.practice else []
    open_ = [g for g in batch.grades if g.report.isolation and g.report.isolation.level == "none"]
    told += [f"not for grades: {len(open_)} ran without isolation"] if open_ else []
    return told + ([] if batch.hidden else ["inputs were drawn from an open seed, which answers can be fitted to"])


def _unused(by: str, **options: object) -> None:
    for option, value in options.items():
        if value is not None:
            raise click.UsageError(f"--{option} is for canvas and moodle; {by} has no use for it")
