"""The commands for those who write exercises: begin one, look at its kill matrix, prove it."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
from rich.text import Text

from exercises.loader import COURSE, FILES, SLUG, Loaded, is_slug
from grader import console
from grader.author import Finding, Setting, matrix, prove, right_programs
from grader.cli_common import seed_option
from grader.cli_course import chosen, course, exercises_option, named_folder, suggested
from grader.exits import RIGHT, WRONG
from grader.progress import Progress
from grader.reports import kill_matrix
from grader.runners import choice
from grader.survey import survey
from grader.text import plain

TEMPLATE = COURSE / "_template"
GUIDE = COURSE / "AUTHORING.md"

Proof = Callable[[Loaded, Setting], Iterator[Finding]]

jobs_option = click.option(
    "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, show_default=True, help="Programs run at a time."
)


@click.group()
def author() -> None:
    """For those who write exercises. Begin with: grader author guide."""


@author.command()
def guide() -> None:
    """How an exercise is written, from nothing to the proof."""
    console.write(GUIDE.read_text("utf-8").rstrip("\n"))


@author.command()
@exercises_option
@click.argument("slug")
def new(slug: str) -> None:
    """Writes the exercise SLUG: small, complete and proved, for you to change. Never overwrites."""
    if not is_slug(slug):
        raise click.UsageError(f"SLUG names a folder and a module: {SLUG}; {plain(repr(slug), 80)} is not")
    home, files = _home(), {name: (TEMPLATE / name).read_text("utf-8") for name in FILES}
    folder = home / slug
    shown = plain(str(folder), 200)
    if folder.with_suffix(".py").exists():
        raise click.UsageError(f"{shown}.py is a module there, which {shown} would hide; choose another name")
    try:
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8", newline="\n")
    except FileExistsError:
        raise click.UsageError(f"{shown} exists already and is left as it is; choose another name") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise click.UsageError(f"{shown} cannot be written: {reason}") from None
    console.write(f"Wrote {shown}: {', '.join(FILES)}. It works as it is; change it piece by piece.")
    console.write(f"After each change: {suggested('author', 'matrix', slug)}")
    console.write(f"In the end:        {suggested('author', 'check', slug)}")
    console.write("How to go about it: grader author guide")


def _home() -> Path:
    """Where a new exercise goes: not among installed packages, where the next installation would take it away."""
    folder = named_folder()
    if folder is COURSE and not (COURSE.parent / "pyproject.toml").is_file():
        raise click.UsageError(
            "the bundled course is installed, and the next installation would remove what you write there; "
            "name a folder of your own with --exercises DIR"
        )
    return folder


@author.command("check")
@exercises_option
@click.argument("exercises", nargs=-1)
@seed_option
@jobs_option
def author_check(exercises: tuple[str, ...], seed: int, jobs: int) -> int:
    """Proves EXERCISES (all by default): starter, solution, signatures, misconceptions, right variants."""
    return _proved(exercises, prove, "proving", seed, jobs)


@author.command("matrix")
@exercises_option
@click.argument("exercises", nargs=-1, required=True)
@seed_option
@click.option("--right", is_flag=True, help="Run the solution and the right variants too.")
@jobs_option
def author_matrix(exercises: tuple[str, ...], seed: int, right: bool, jobs: int) -> int:
    """The kill matrix of EXERCISES alone: wrong ideas against cases, at once. The proof is grader author check."""
    return _proved(
        exercises,
        lambda loaded, setting: matrix(loaded, right_programs(loaded) if right else (), setting),
        "running",
        seed,
        jobs,
    )


@author.command("survey")
@exercises_option
@click.argument("exercises", nargs=-1)
@click.option("--seeds", type=click.IntRange(1), default=200, show_default=True, help="How many, from --seed on.")
@seed_option
def author_survey(exercises: tuple[str, ...], seeds: int, seed: int) -> int:
    """The kill matrix at the worst of many seeds, for EXERCISES (all by default). Takes minutes."""
    failed = 0
    for loaded in chosen(exercises):
        console.show(Text(f"{loaded.slug}, seeds {seed} to {seed + seeds - 1}", style="bold"))
        rows, found = kill_matrix.Matrix([case.name for case in loaded.spec.cases]), []
        with Progress(f"surveying {loaded.slug}") as progress:
            for worst in survey(loaded, range(seed, seed + seeds), progress.at):
                found.append(worst)
                progress.write("\n".join(kill_matrix.surveyed(rows, worst)))
        console.write(kill_matrix.summary(found, seeds))
        failed += sum(worst.failures > 0 for worst in found)
    return WRONG if failed else RIGHT


def _proved(names: Sequence[str], proof: Proof, verb: str, seed: int, jobs: int) -> int:
    """Prints a proof of each exercise."""
    tallies = []
    with choice.runner() as runner:
        for loaded in chosen(names):
            with Progress(f"{verb} {loaded.slug}") as progress:
                setting = Setting(seed=seed, runner=runner, jobs=jobs, course=course(), progress=progress.at)
                tallies.append(_told(loaded, proof(loaded, setting), seed, progress))
    return _summed_up(tallies)


Tally = tuple[str, int, int, float]  # exercise, findings, of which fail, seconds


def _told(loaded: Loaded, findings: Iterator[Finding], seed: int, progress: Progress) -> Tally:
    """Prints findings as they come: a row of the matrix, or a sentence, or both where one fails."""
    began, count, failed = time.monotonic(), 0, 0
    console.show(Text(f"{loaded.slug}, seed {seed}", style="bold"))
    rows = kill_matrix.Matrix([case.name for case in loaded.spec.cases])
    for finding in findings:
        count += 1
        failed += not finding.holds
        progress.clear()
        if finding.row:
            console.write("\n".join(rows.lines(finding.row)))
        if not finding.row or not finding.holds:
            word = Text("ok    ", style="green") if finding.holds else Text("FAILS ", style="bold red")
            told = f"{finding.what}: {finding.detail}" if finding.detail else finding.what
            console.show(Text.assemble("  ", word, plain(told, 2000)))
    return loaded.slug, count, failed, time.monotonic() - began


def _summed_up(tallies: list[Tally]) -> int:
    """A line for each exercise, last of all, where nobody has to look for it."""
    for slug, count, failed, seconds in tallies:
        said = f"{failed} of {count} findings FAIL" if failed else f"all {count} findings hold"
        console.write(f"{slug}: {said}, {seconds:.1f} s")
    return WRONG if any(failed for _, _, failed, _ in tallies) else RIGHT
