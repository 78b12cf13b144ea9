"""``grader watch``: a verdict on every save, preceded by what changed."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import click
from rich.text import Text

from grader.cli import console
from grader.cli.common import EXIT_CODES, check_command, seed_option, time_limit_option
from grader.cli.course import exercises_option, loaded, suggested
from grader.cli.learner import SOLVED, note_try
from grader.cli.sandbox import runner_option
from grader.course.loader import Loaded
from grader.learner import change_in_words as changes
from grader.learner.change import compare
from grader.learner.saves import Saves, graded_on_save
from grader.pipeline import check_file
from grader.report import Report
from grader.reports import terminal
from grader.sandbox import choice
from grader.sandbox.base import Limits
from grader.sandbox.fresh import FreshRunner
from grader.sandbox.warm import WarmRunner
from grader.sandbox.warming import programs
from grader.submission.reading import NoSuchFileError
from grader.text import plain

FILLED = 2  # the solution and the usual operations give most of the compile cache's benefit


@click.command()
@exercises_option
@click.argument("exercise")
@click.argument("file", type=Path)
@seed_option
@runner_option
@time_limit_option
def watch(exercise: str, file: Path, seed: int, runner: str, time_limit: float | None) -> int:
    """Grade FILE now and on every save, and show what changed.

    Ctrl-C ends it. The exit code is that of the last verdict.
    """
    task = loaded(exercise)
    command = check_command(exercise, file, runner=runner, time_limit=time_limit)
    session = Session(task, plain(file.name, 80), f"{command} --seed {seed}")
    try:
        with choice.runner(runner, Limits(seconds=time_limit)) as opened:

            def grade() -> Report:
                with console.busy(session.busy, quiet=False):
                    return check_file(task, file, seed=seed, runner=opened)

            for report in graded_on_save(Saves(file), grade, session.missed, _warm_up(opened, task)):
                session.show(report)
                if note_try(file, report):
                    console.write(SOLVED.format(suggested("next")))
                session.wait()
    except NoSuchFileError as error:
        raise click.UsageError(str(error)) from None
    except KeyboardInterrupt:
        if session.last is None:
            raise
        return session.end(session.last)
    raise AssertionError  # for the type checker: the loop never ends


def _warm_up(runner: WarmRunner | FreshRunner, exercise: Loaded) -> Iterator[object]:
    """Work that makes the next verdicts faster, in steps of about a second, for the time of waiting."""
    yield runner.isolation  # starts the warm process, if the first file was rejected before it ran
    if isinstance(runner, WarmRunner):
        for program in islice(programs(exercise), FILLED):
            with suppress(OSError):  # this costs speed only
                runner.fill([program])
            yield


class Session:
    """What the learner is shown of one run after another."""

    def __init__(self, exercise: Loaded, name: str, command: str) -> None:
        """Starts before the first run.

        Args:
          exercise: The exercise being solved.
          name: The file's name, already plain.
          command: The command that reproduces a run.
        """
        self._name, self._command = name, command
        self._titles = {idea.name: plain(idea.title, 200) for idea in exercise.spec.misconceptions}
        self._runs = 0
        self._short = ""
        self._first: Report | None = None  # the first that was checked
        self._before: Report | None = None
        self.last: Report | None = None

    @property
    def busy(self) -> str:
        """What a spinner says during a run."""
        if self._runs:
            return "saved, grading..."
        return f"grading {self._name} (JAX takes a few seconds to start and compile)"

    def show(self, report: Report) -> None:
        """Shows what changed since the last run that was checked, then the report."""
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
        """Repeats the change in short, since the report may have scrolled it away, and says what is awaited."""
        console.write(f"\n{self._short}Waiting for {self._name} to be saved. Ctrl-C stops.")

    def missed(self, why: str) -> None:
        """Reports a save that could not be read."""
        console.tell(f"{why}; waiting for the next save.")

    def end(self, last: Report) -> int:
        """Prints a summary; returns the exit code of the last verdict."""
        runs = "1 run" if self._runs == 1 else f"{self._runs} runs"
        progress = "nothing could be checked"
        if self._first and self._before:
            first, after = (f"{report.score:g}" for report in (self._first, self._before))
            progress = f"{first} -> {after} of {self._before.max_score:g} points"
        outcome = last.outcome.replace("_", " ")
        console.write(f"\n{runs} of {self._name}: {progress}; the last is {outcome}.")
        return EXIT_CODES[last.outcome]
