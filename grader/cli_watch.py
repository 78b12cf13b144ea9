"""``grader watch``: a verdict on every save, and first of all what changed."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import click
from rich.text import Text

from exercises.loader import Loaded
from grader import console
from grader.change import compare
from grader.cli_common import EXIT_CODES, check_command, seed_option, time_limit_option
from grader.cli_course import exercises_option, loaded, suggested
from grader.cli_learner import SOLVED, note_try
from grader.cli_wall import runner_option
from grader.filling import programs
from grader.pipeline import check_file
from grader.report import Report
from grader.reports import change as changes
from grader.reports import terminal
from grader.runners import choice
from grader.runners.base import Limits
from grader.runners.fresh import FreshRunner
from grader.runners.warm import WarmRunner
from grader.submission import NoSuchFileError
from grader.text import plain
from grader.watching import Saves, graded_on_save

FILLED = 2  # the solution and the usual operations: most of what the compile cache is worth


@click.command()
@exercises_option
@click.argument("exercise")
@click.argument("file", type=Path)
@seed_option
@runner_option
@time_limit_option
def watch(exercise: str, file: Path, seed: int, runner: str, time_limit: float | None) -> int:
    """Grades FILE now and on every save, and says first what changed. Ctrl-C ends it; exit code: the last verdict's."""
    task = loaded(exercise)
    command = check_command(exercise, file, runner=runner, time_limit=time_limit)
    session = Session(task, plain(file.name, 80), f"{command} --seed {seed}")
    try:
        with choice.runner(runner, Limits(seconds=time_limit)) as walled:

            def grade() -> Report:
                with console.busy(session.busy, quiet=False):
                    return check_file(task, file, seed=seed, runner=walled)

            for report in graded_on_save(Saves(file), grade, session.missed, _preparing(walled, task)):
                session.tell(report)
                if note_try(file, report):
                    console.write(SOLVED.format(suggested("next")))
                session.wait()
    except NoSuchFileError as error:
        raise click.UsageError(str(error)) from None
    except KeyboardInterrupt:
        if session.last is None:
            raise
        return session.end(session.last)
    raise AssertionError  # for the type checker: saves never end


def _preparing(runner: WarmRunner | FreshRunner, exercise: Loaded) -> Iterator[object]:
    """What makes the next verdicts faster, in steps of a second or so, while the learner reads and writes."""
    yield runner.isolation  # starts the warm process, if a first file was so wrong that nothing ran
    if isinstance(runner, WarmRunner):
        for program in islice(programs(exercise), FILLED):
            with suppress(OSError):  # it costs speed, no verdict
                runner.fill([program])
            yield


class Session:
    """What is told of one run after another."""

    def __init__(self, exercise: Loaded, name: str, command: str) -> None:
        """Nothing was run yet.

        Args:
          exercise: what the file is to solve.
          name: the file's, made plain.
          command: reproduces a run.
        """
        self._name, self._command = name, command
        self._titles = {idea.name: plain(idea.title, 200) for idea in exercise.spec.misconceptions}
        self._runs = 0
        self._short = ""
        self._first: Report | None = None  # of those that were checked
        self._before: Report | None = None
        self.last: Report | None = None

    @property
    def busy(self) -> str:
        """What is under way."""
        return "saved, grading..." if self._runs else f"grading {self._name} (some seconds: JAX starts and compiles)"

    def tell(self, report: Report) -> None:
        """What changed since the last run that was checked, then the report."""
        self._runs += 1
        self._short = ""
        if self._runs > 1:
            console.show(Text(f"\nRun {self._runs} of {self._name}", style="bold reverse"))
        if report.outcome != "not_checked":
            if self._before:
                change = compare(self._before, report)
                self._short = f"Run {self._runs}: {changes.in_short(change)}.\n"
                console.show(changes.render(change, self._titles), "")
            self._first = self._first or report
            self._before = report
        self.last = report
        console.write(terminal.render(report, console.terminal(), command=self._command))

    def wait(self) -> None:
        """Says in short what changed, for the report may have pushed it off the screen, and that a save is awaited."""
        console.write(f"\n{self._short}Waiting until {self._name} is saved; Ctrl-C ends.")

    def missed(self, why: str) -> None:
        """A save that could not be read."""
        click.echo(f"{why}; waiting until it is saved again.", err=True)

    def end(self, last: Report) -> int:
        """Sums up; returns the exit code of the last verdict."""
        runs = "1 run" if self._runs == 1 else f"{self._runs} runs"
        told = "nothing could be checked"
        if self._first and self._before:
            first, after = (f"{report.score:g}" for report in (self._first, self._before))
            told = f"{first} -> {after} of {self._before.max_score:g} points"
        outcome = last.outcome.replace("_", " ")
        console.write(f"\n{runs} of {self._name}: {told}; the last is {outcome}.")
        return EXIT_CODES[last.outcome]
