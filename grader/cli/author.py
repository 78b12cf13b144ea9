"""The commands for authors of exercises: start one, look at its kill matrix, prove it."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
from rich.text import Text

from grader.authoring import kill_matrix_table
from grader.authoring.proof import Claim, Setting, matrix, prove, right_programs
from grader.authoring.proof_in_words import in_words
from grader.authoring.survey import survey
from grader.cli import console
from grader.cli.common import seed_option
from grader.cli.course import chosen, course, exercises_option, named_folder, suggested
from grader.cli.exits import RIGHT, WRONG
from grader.cli.progress_bar import Progress
from grader.course.loader import COURSE, FILES, SLUG, Loaded, is_slug
from grader.sandbox import choice
from grader.text import plain

TEMPLATE = COURSE / "_template"
GUIDE = COURSE / "AUTHORING.md"

Proof = Callable[[Loaded, Setting], Iterator[Claim]]

jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    show_default=True,
    help="Number of programs to run at a time.",
)


@click.group()
def author() -> None:
    """Write and prove exercises.

    Begin with 'grader author guide'.
    """


@author.command()
def guide() -> None:
    """Show how to write an exercise, from an empty folder to the proof."""
    console.write(GUIDE.read_text("utf-8").rstrip("\n"))


@author.command()
@exercises_option
@click.argument("slug")
def new(slug: str) -> None:
    """Create a small, complete exercise for you to change.

    SLUG is its name. An existing folder is never overwritten.
    """
    if not is_slug(slug):
        raise click.UsageError(f"SLUG is the name of a folder and a module: {SLUG}; got {plain(repr(slug), 80)}")
    home, files = _home(), {name: (TEMPLATE / name).read_text("utf-8") for name in FILES}
    folder = home / slug
    shown = plain(str(folder), 200)
    if folder.with_suffix(".py").exists():
        raise click.UsageError(f"{shown} would hide the module {shown}.py; choose another name")
    try:
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8", newline="\n")
    except FileExistsError:
        raise click.UsageError(f"{shown} already exists and was not changed; choose another name") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise click.UsageError(f"{shown} cannot be written: {reason}") from None
    console.write(f"Wrote {shown}: {', '.join(FILES)}. It works as it is; change it step by step.")
    console.write(f"After each change: {suggested('author', 'matrix', slug)}")
    console.write(f"At the end:        {suggested('author', 'check', slug)}")
    console.write("For the whole guide: grader author guide")


def _home() -> Path:
    """The folder for a new exercise: never an installed package, where the next installation would remove it."""
    folder = named_folder()
    if folder is COURSE and not (COURSE.parent / "pyproject.toml").is_file():
        raise click.UsageError(
            "the bundled course is an installed package, and the next installation would remove your exercise; "
            "name a folder of your own with --exercises DIR"
        )
    return folder


@author.command("check")
@exercises_option
@click.argument("exercises", nargs=-1)
@seed_option
@jobs_option
def author_check(exercises: tuple[str, ...], seed: int, jobs: int) -> int:
    """Prove that exercises grade as they should.

    The proof runs the starter, the solution, the misconceptions and the right variants of EXERCISES, by default of all.
    """
    return _run_proofs(exercises, prove, "proving", seed, jobs)


@author.command("matrix")
@exercises_option
@click.argument("exercises", nargs=-1, required=True)
@seed_option
@click.option("--right", is_flag=True, help="Also run the solution and the right variants.")
@jobs_option
def author_matrix(exercises: tuple[str, ...], seed: int, right: bool, jobs: int) -> int:
    """Show which case catches which misconception.

    'grader author check' shows the same matrix as part of the whole proof.
    """
    return _run_proofs(
        exercises,
        lambda loaded, setting: matrix(loaded, right_programs(loaded) if right else (), setting),
        "running",
        seed,
        jobs,
    )


@author.command("survey")
@exercises_option
@click.argument("exercises", nargs=-1)
@click.option(
    "--seeds", type=click.IntRange(1), default=200, show_default=True, help="Number of seeds, counting up from --seed."
)
@seed_option
def author_survey(exercises: tuple[str, ...], seeds: int, seed: int) -> int:
    """Show the matrix at the worst of many seeds.

    For every misconception and right program of EXERCISES, by default of all, the survey shows the seed at which it
    comes closest to the wrong verdict. It takes minutes.
    """
    failed = 0
    for loaded in chosen(exercises):
        console.show(Text(f"{loaded.slug}, seeds {seed} to {seed + seeds - 1}", style="bold"))
        rows, found = kill_matrix_table.Matrix([case.name for case in loaded.spec.cases]), []
        with Progress(f"surveying {loaded.slug}") as progress:
            for worst in survey(loaded, range(seed, seed + seeds), progress.at):
                found.append(worst)
                progress.write("\n".join(kill_matrix_table.surveyed(rows, worst)))
        console.write(kill_matrix_table.summary(found, seeds))
        failed += sum(worst.failures > 0 for worst in found)
    return WRONG if failed else RIGHT


def _run_proofs(names: Sequence[str], proof: Proof, verb: str, seed: int, jobs: int) -> int:
    """Prints the proof of each exercise."""
    tallies = []
    with choice.runner() as runner:
        for loaded in chosen(names):
            with Progress(f"{verb} {loaded.slug}") as progress:
                setting = Setting(seed=seed, runner=runner, jobs=jobs, course=course(), progress=progress.at)
                tallies.append(_print_proof(loaded, proof(loaded, setting), seed, progress))
    return _print_summary(tallies)


Tally = tuple[str, int, int, float]  # exercise, claims, of which fail, seconds


def _print_proof(loaded: Loaded, claims: Iterator[Claim], seed: int, progress: Progress) -> Tally:
    """Prints claims as they are decided: a row of the matrix or a sentence, or both if it fails."""
    began, count, failed = time.monotonic(), 0, 0
    console.show(Text(f"{loaded.slug}, seed {seed}", style="bold"))
    rows = kill_matrix_table.Matrix([case.name for case in loaded.spec.cases])
    for claim in claims:
        count += 1
        failed += not claim.holds
        progress.clear()
        if claim.row:
            console.write("\n".join(rows.lines(claim.row)))
        if not claim.row or not claim.holds:
            word = Text("ok    ", style="green") if claim.holds else Text("FAILS ", style="bold red")
            console.show(Text.assemble("  ", word, plain(in_words(claim), 2000)))
    return loaded.slug, count, failed, time.monotonic() - began


def _print_summary(tallies: list[Tally]) -> int:
    """Prints one line per exercise at the very end, where it is easy to find."""
    for slug, count, failed, seconds in tallies:
        result = f"{failed} of {count} claims FAIL" if failed else f"all {count} claims hold"
        console.write(f"{slug}: {result}, {seconds:.1f} s")
    return WRONG if any(failed for _, _, failed, _ in tallies) else RIGHT
