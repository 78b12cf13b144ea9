"""The command that shows or exports the results of a class."""

from pathlib import Path

import click

from grader.classroom.gradebook import GradebookError
from grader.classroom.load_results import read_batch
from grader.classroom.reports import table
from grader.classroom.reports.formats import CLASS, FILLING
from grader.classroom.results import Batch, Grade
from grader.cli import console
from grader.cli.course import course, exercises_option, suggested
from grader.cli.exits import RIGHT, WRONG
from grader.cli.format import console_for, deliver, out_option, write
from grader.reports import one
from grader.reports.errors import FormatError
from grader.reports.escaping import one_line
from grader.text import plain

ALL = tuple(dict.fromkeys((*CLASS, *FILLING, *one.NAMES)))


@click.command()
@exercises_option
@click.argument("folder", type=Path, metavar="DIR")
@click.option(
    "--format", "name", type=click.Choice(ALL), help="Output format.  [default: table; terminal with --student]"
)
@out_option
@click.option("--student", metavar="STUDENT", help="Report on this student alone, in a format of 'grader check'.")
@click.option("--export", type=Path, metavar="CSV", help="File exported by Canvas or Moodle, to be filled in.")
@click.option("--column", metavar="HEADING", help="Column of that file for the points.")
def report(
    folder: Path, name: str | None, out: Path | None, student: str | None, export: Path | None, column: str | None
) -> int:
    """Show or export the results of a class.

    DIR is the folder that 'grader batch' wrote with --out.

    The exit code is 1 if the points of some students could not be placed in the file given by --export; the points of
    all others are filled in.
    """
    try:
        batch = read_batch(folder, course())
    except GradebookError as error:
        raise click.UsageError(plain(str(error), 400)) from None
    name = name or ("terminal" if student else "table")
    try:
        if student:
            _refuse_unused("--student", export=export, column=column)
            write(name, _one_report(name, _grade_of(batch, student), batch, out), out)
            return RIGHT
        if name in FILLING:
            return _fill_in(name, batch, export, column, out)
        _refuse_unused(f"--format {name}", export=export, column=column)
        if name not in CLASS:
            raise click.UsageError(f"--format {name} reports on one student; name the student with --student")
        write(name, table.render(batch, console_for(out)) if name == "table" else CLASS[name](batch), out)
    except FormatError as error:
        raise click.UsageError(str(error)) from None
    return RIGHT


def _grade_of(batch: Batch, student: str) -> Grade:
    for grade in batch.grades:
        if grade.student == student:
            return grade
    shown = one_line(student, 100)
    raise click.UsageError(f"there is no student \"{shown}\"; 'grader report DIR' lists all names")


def _one_report(name: str, grade: Grade, batch: Batch, out: Path | None) -> str:
    if name not in one.NAMES:
        raise click.UsageError(f"--format {name} reports on a class; one report is available as {', '.join(one.NAMES)}")
    seed = "" if grade.report.seed is None else f" --seed {grade.report.seed}"
    command = f"{suggested('check', batch.exercise, console.quoted(Path(grade.file)))}{seed}"
    return one.render(name, grade.report, one.Where(console=console_for(out), file=grade.file, command=command))


def _fill_in(name: str, batch: Batch, export: Path | None, column: str | None, out: Path | None) -> int:
    if export is None:
        raise click.UsageError(f"--format {name} fills in a file exported by {name}; name that file with --export")
    if out and out.exists() and export.exists() and out.samefile(export):
        raise click.UsageError("--out would replace the file given by --export; name another file")
    filled = FILLING[name](batch, _read(export), column)
    deliver(filled.text.encode("utf-8", "surrogateescape"), out)
    for note in (*filled.notes, *_cautions(batch)):
        console.tell(note)
    return WRONG if filled.left_out else RIGHT


def _read(export: Path) -> str:
    shown = plain(str(export), 200)
    try:
        data = export.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise click.UsageError(f"--export {shown} cannot be read: {reason}") from None
    return data.decode("utf-8", "surrogateescape")  # bytes that are not UTF-8 are written back unchanged


def _cautions(batch: Batch) -> list[str]:
    """Reasons not to use the points as grades."""
    found = [f"not for grades: {plain(batch.practice, 300)}"] if batch.practice else []
    open_ = [g for g in batch.grades if g.report.isolation and g.report.isolation.level == "none"]
    found += [f"not for grades: {len(open_)} ran without isolation"] if open_ else []
    return found + ([] if batch.hidden else ["the seed was public, so answers can be fitted to the inputs"])


def _refuse_unused(by: str, **options: object) -> None:
    for option, value in options.items():
        if value is not None:
            raise click.UsageError(f"--{option} is for canvas and moodle; {by} does not use it")
