"""``grader explain``: a solved exercise compared with the reference solution and with layers used in practice."""

from pathlib import Path

import click
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from grader.cli import console
from grader.cli.course import exercises_option, loaded, suggested
from grader.cli.exits import RIGHT, WRONG
from grader.cli.sandbox import runner_option
from grader.course.loader import Loaded
from grader.learner.explain import Measured, measured
from grader.pipeline import asked_of
from grader.sandbox import choice
from grader.submission.reader import ReaderError, read_submission
from grader.submission.reading import NoSuchFileError, Submission, UnreadableError
from grader.text import plain

SMALLEST_SHOWN = 1e-4  # as a share of the allowed error
UNKNOWN = "not measured"


@click.command()
@click.argument("exercise")
@click.argument("file", type=Path, required=False)
@exercises_option
@runner_option
def explain(exercise: str, file: Path | None, runner: str) -> int:
    """Compare your solution with the reference solution.

    The exercise must be solved. The comparison also says what layers used in practice do differently.

    FILE is EXERCISE.py by default.
    """
    task, path = loaded(exercise), file or Path(f"{exercise}.py")
    try:
        submission = read_submission(path, asked_of(task))
    except NoSuchFileError as error:
        raise click.UsageError(plain(str(error), 400)) from None
    except (UnreadableError, ReaderError) as error:
        return _refuse(exercise, path, str(error))
    with console.busy(f"measuring {submission.name}", quiet=False), choice.runner(runner) as opened:
        yours = measured(task, submission, seed=0, runner=opened)
        if not yours.right:
            return _refuse(exercise, path, "it is not right in every case")
        reference = measured(task, Submission(name="solution.py", source=task.solution), seed=0, runner=opened)
    console.show(Text(f"{submission.name} and the reference solution of {exercise}", style="bold"))
    console.show(_table(yours, reference))
    console.write(
        f'Measured in the case "{yours.case}" with seed 0; the error is the largest over all cases.\n'
        if yours.case
        else ""
    )
    for paragraph in (_meaning(task), task.spec.production):
        if paragraph:
            console.show(Padding(Text(paragraph), (0, 0, 1, 0)))
    return RIGHT


def _refuse(exercise: str, file: Path, why: str) -> int:
    console.tell(
        f"explain compares a solved exercise, and {console.quoted(file)} does not solve it: {why}. "
        f"Name a file that does: {suggested('explain', exercise, 'FILE')}"
    )
    return WRONG


def _table(yours: Measured, reference: Measured) -> Table:
    table = Table(Column(""), Column("yours"), Column("reference"), box=None, pad_edge=False)
    rows = {
        "largest error / allowed error": lambda m: f"{m.margin:.2g}" if m.margin > SMALLEST_SHOWN else "0",
        "passes over x": lambda m: UNKNOWN if m.passes is None else str(m.passes),
        "residuals / bytes of x": lambda m: UNKNOWN if m.residuals is None else f"{m.residuals:.1f}",
    }
    for label, cell in rows.items():
        table.add_row(label, cell(yours), cell(reference))
    return table


def _meaning(exercise: Loaded) -> str:
    if exercise.spec.entry.kind == "training":
        return ""
    return (
        "An error ratio of 1 would just be accepted. A pass reads all of x (or the kernel, where that is normalised): "
        "a mean is known only after everything it averages has been read. Residuals are what the forward pass keeps "
        "for the backward pass; a model pays this memory for every layer. In a case this small, a few numbers per "
        "group weigh more than they would in a model."
    )
