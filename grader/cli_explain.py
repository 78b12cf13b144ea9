"""``grader explain``: a solved exercise beside the reference solution, and what layers in use do differently."""

from pathlib import Path

import click
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from exercises.loader import Loaded
from grader import console
from grader.cli_course import exercises_option, suggested
from grader.cli_course import loaded as _loaded
from grader.cli_wall import runner_option
from grader.explain import Measured, measured
from grader.runners import choice
from grader.submission import NoSuchFileError, Submission, UnreadableError, read_submission
from grader.text import plain

FAR = 1e-4
NOTHING = "not measured"


@click.command()
@click.argument("exercise")
@click.argument("file", type=Path, required=False)
@exercises_option
@runner_option
def explain(exercise: str, file: Path | None, runner: str) -> int:
    """After solving: how FILE (EXERCISE.py by default) compares with the solution, and with layers in use."""
    loaded, path = _loaded(exercise), file or Path(f"{exercise}.py")
    try:
        submission = read_submission(path, starter=loaded.starter, entry=loaded.spec.entry.name)
    except NoSuchFileError as error:
        raise click.UsageError(plain(str(error), 400)) from None
    except UnreadableError as error:
        return _not_yet(exercise, path, str(error))
    with console.busy(f"measuring {submission.name}", quiet=False), choice.runner(runner) as walled:
        yours = measured(loaded, submission, seed=0, runner=walled)
        if not yours.right:
            return _not_yet(exercise, path, "it is not right in every case")
        reference = measured(loaded, Submission(name="solution.py", source=loaded.solution), seed=0, runner=walled)
    console.show(Text(f"{submission.name} and the reference solution of {exercise}", style="bold"))
    console.show(_table(yours, reference))
    console.write(f'measured in "{yours.case}", seed 0; the error over all cases\n' if yours.case else "")
    for paragraph in (_meaning(loaded), loaded.spec.production):
        if paragraph:
            console.show(Padding(Text(paragraph), (0, 0, 1, 0)))
    return 0


def _not_yet(exercise: str, file: Path, why: str) -> int:
    told = f"explain is for a solved exercise, and {console.quoted(file)} does not solve it: {why}."
    click.echo(f"{told} Name the file that does: {suggested('explain', exercise, 'FILE')}", err=True)
    return 1


def _table(yours: Measured, reference: Measured) -> Table:
    table = Table(Column(""), Column("yours"), Column("the solution"), box=None, pad_edge=False)
    rows = {
        "largest error, of what is allowed": lambda m: f"{m.margin:.2g}" if m.margin > FAR else "0",
        "passes over x": lambda m: NOTHING if m.passes is None else str(m.passes),
        "kept for the gradient, of x's bytes": lambda m: NOTHING if m.residuals is None else f"{m.residuals:.1f}",
    }
    for words, told in rows.items():
        table.add_row(words, told(yours), told(reference))
    return table


def _meaning(exercise: Loaded) -> str:
    if exercise.spec.entry.kind == "training":
        return ""
    return (
        "An error of 1 would just be accepted. A pass goes through all of x, or of the kernel where that is "
        "normalised: before a mean is taken from anything, everything that it is the mean of has been read. What is "
        "kept for the gradient is memory that a model pays for every layer, from the way there to the way back; in so "
        "small a case a few numbers for each group weigh more than in a model."
    )
