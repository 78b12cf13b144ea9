"""The commands for a class: grade it, in one place or in several, and join what several came to."""

import fcntl
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from exercises.loader import COURSE, Loaded
from grader import console
from grader.batch import merge as merging
from grader.batch.basis import exercise_digest, grader_digest
from grader.batch.cluster import ClusterError, DaskDesk, connected, dask_is_here
from grader.batch.desk import Desk, LocalDesk, Text
from grader.batch.engine import Engine
from grader.batch.gradebook import LARGEST_SEED, NAME, Gradebook, GradebookError
from grader.batch.grading import TooOpenError, Wish, graded, walled
from grader.batch.pool import Runners
from grader.batch.read import batch_of, read_batch
from grader.batch.remote import Order
from grader.batch.roster import read_roster
from grader.batch.shards import Shard, secret_in
from grader.batch.submissions import Class, HandedIn, find
from grader.batch.tree import SubmissionsError
from grader.cli_course import course, exercises_option
from grader.cli_course import loaded as exercise_of
from grader.cli_wall import runner_option
from grader.exits import FAILURE, RIGHT, STOPPED, StoppedError
from grader.progress import Progress
from grader.report import Report
from grader.reports import class_summary
from grader.runners.base import CancelledError
from grader.text import plain

ALL = ""  # --regrade without a name


@dataclass(frozen=True, kw_only=True)
class _Way:
    """How the command is to run programs."""

    runner: str
    jobs: int
    unsandboxed: bool
    engine: str
    scheduler: str | None


@click.command()
@exercises_option
@click.argument("exercise")
@click.argument("submissions", type=Path)
@click.option("--out", type=Path, required=True, metavar="DIR", help="Folder of the gradebook; made if missing.")
@click.option(
    "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, show_default=True, help="How many at a time."
)
@click.option(
    "--seed", type=click.IntRange(0, LARGEST_SEED), help="Draws every input, openly.  [default: a secret one a text]"
)
@click.option("--shard", metavar="I/N", help="Only the I-th of N parts of the class; see grader merge.")
@click.option("--secret-file", type=Path, metavar="FILE", help="What secret seeds follow from; made if missing.")
@click.option(
    "--regrade", is_flag=False, flag_value=ALL, multiple=True, metavar="[STUDENT]",
    help="Grade again though nothing has changed: a student, or everybody. May be repeated.",
)  # fmt: skip
@click.option("--roster", type=Path, metavar="CSV", help="The class list: who should have handed in, and their names.")
@click.option(
    "--pattern", metavar="TEXT", help="Of the files' names, such as {student}_{name}.py, or {student}/{*}.py."
)
@click.option(
    "--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True,
    help="Where programs run: here, or at Dask workers.",
)  # fmt: skip
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Of a Dask cluster: tcp://host:8786.  [default: one here, of --jobs workers]",
)
@click.option("--allow-unsandboxed", is_flag=True, help="Run programs even where the isolation level is none.")
@runner_option
def batch(
    exercise: str,
    submissions: Path,
    out: Path,
    jobs: int,
    seed: int | None,
    shard: str | None,
    secret_file: Path | None,
    regrade: tuple[str, ...],
    roster: Path | None,
    pattern: str | None,
    engine: str,
    scheduler: str | None,
    allow_unsandboxed: bool,
    runner: str,
) -> int:
    """Grades a class: SUBMISSIONS is a folder or a zip, also as Gradescope, Canvas, Moodle or nbgrader give it.

    Every verdict is kept as it comes; the same command goes on where an earlier one ended, and grades what has changed
    since. Exit code 0: all graded, right or wrong, 2: misuse, 3: something could not be checked, 130: stopped.
    """
    if scheduler and engine != "dask":
        raise click.UsageError("--scheduler goes with --engine dask")
    if engine == "dask" and not dask_is_here():
        raise click.UsageError("--engine dask needs Dask: pip install 'groupnorm-jax[dask]'")
    way = _Way(runner=runner, jobs=jobs, unsandboxed=allow_unsandboxed, engine=engine, scheduler=scheduler)
    try:
        loaded = exercise_of(exercise)
        part = _part(shard, seeded=seed is not None or secret_file is not None)
        found = find(submissions, loaded, pattern=pattern, roster=read_roster(roster) if roster else ())
        students = [one for one in found.students if part.holds(one.student)]
        _told(found, students, part)
        with ExitStack() as stack:
            stack.enter_context(_locked(out, submissions))
            secret = secret_in(secret_file) if secret_file and seed is None else None
            book = stack.enter_context(Gradebook(out / NAME, exercise=loaded.slug, seed=seed, secret=secret))
            return _graded(loaded, students, book, way, _again(regrade, students))
    except (SubmissionsError, GradebookError) as error:
        raise click.UsageError(plain(str(error), 600)) from None
    except TooOpenError as error:
        click.echo(
            f"Not run: {error}. 'grader doctor' says what to do; --allow-unsandboxed runs it all the same.", err=True
        )
        return FAILURE
    except ClusterError as error:
        click.echo(f"Stopped: {error}. What was graded is kept; the same command goes on from here.", err=True)
        return FAILURE


@click.command()
@click.argument("folders", type=Path, nargs=-1, required=True, metavar="DIR...")
@click.option("--out", type=Path, required=True, metavar="DIR", help="Folder of the whole; made if missing.")
def merge(folders: tuple[Path, ...], out: Path) -> int:
    """Joins the gradebooks of shards, each in its DIR, into one. To join them again changes nothing."""
    try:
        merging.merge(folders, out)
        whole = read_batch(out)
    except GradebookError as error:
        raise click.UsageError(plain(str(error), 600)) from None
    except OSError as error:
        raise click.UsageError(f"{plain(str(out), 200)} is no folder for the whole: {error.strerror}") from None
    console.write(class_summary.render(whole))
    console.write(f"gradebook: {console.quoted(out / NAME)}")
    return FAILURE if any(grade.report.outcome == "not_checked" for grade in whole.grades) else RIGHT


def _part(shard: str | None, *, seeded: bool) -> Shard:
    """The shard that is asked for; the whole class by default."""
    try:
        part = Shard() if shard is None else Shard.parsed(shard)
    except ValueError as error:
        raise click.UsageError(f"--shard: {error}") from None
    if part.count > 1 and not seeded:
        raise click.UsageError(
            "all shards must draw the same inputs: give each the same --secret-file, or the same --seed"
        )
    return part


def _graded(exercise: Loaded, students: Sequence[HandedIn], book: Gradebook, way: _Way, again: set[str]) -> int:
    """Grades, tells, and returns the exit code."""
    digests = exercise_digest(exercise.slug, course()), grader_digest()
    engine = Engine(exercise, book, digests=digests)
    tasks = engine.prepare(students, regrade=again)
    try:
        if tasks:
            opened = _desk(exercise, way, digests, texts=len(tasks), hidden=book.seed is None)
            with opened as desk, Progress(f"grading {exercise.slug}") as progress:
                engine.run(tasks, desk, done=lambda number: progress.of(number, len(tasks)))
    except (KeyboardInterrupt, StoppedError, CancelledError):
        said = f"stopped; what was graded is in {console.quoted(book.path)}. The same command goes on from here."
        click.echo(said, err=True)
        return STOPPED
    whole = batch_of(book, exercise)
    console.write(class_summary.render(whole))
    console.write(f"gradebook: {console.quoted(book.path)}")
    here = {one.student for one in students}
    unchecked = any(g.report.outcome == "not_checked" for g in whole.grades if g.student in here)
    return FAILURE if unchecked else RIGHT


@contextmanager
def _desk(exercise: Loaded, way: _Way, digests: tuple[str, str], *, texts: int, hidden: bool) -> Iterator[Desk]:
    """Where texts are graded."""
    wish = Wish(runner=way.runner, unsandboxed=way.unsandboxed, texts=texts)
    if way.engine == "dask":
        order = Order(
            exercise=exercise.slug,
            course="" if course() == COURSE else str(course().resolve()),
            exercise_digest=digests[0],
            grader_digest=digests[1],
            hidden=hidden,
            wish=wish,
        )
        with connected(way.scheduler, way.jobs) as client:
            yield DaskDesk(client, exercise, order, texts)
        return
    stop = threading.Event()
    runners = Runners(lambda: walled(exercise, wish, stop.is_set))
    try:
        with runners.borrowed():  # where it cannot be used, nothing is begun
            pass

        def work(text: Text) -> Report:
            return graded(exercise, text.submission, runners, seed=text.seed, hidden=hidden)

        yield LocalDesk(work, way.jobs, stop)
    finally:
        stop.set()
        runners.close()


def _told(found: Class, students: Sequence[HandedIn], part: Shard) -> None:
    """Says what was recognised, before it takes time."""
    share = f", {len(students)} of them in shard {part.number}/{part.count}" if part.count > 1 else ""
    click.echo(f"{found.layout}: {len(found.students)} students{share}", err=True)
    for what, names in (("not in the roster", found.strangers), ("nobody's, left alone", found.ignored)):
        if names:
            few = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")  # noqa: PLR2004
            click.echo(f"{what}: {few}", err=True)


def _again(regrade: Sequence[str], students: Sequence[HandedIn]) -> set[str]:
    """Whom to grade again."""
    known = {one.student for one in students}
    if ALL in regrade:
        return known
    unknown = sorted(set(regrade) - known)
    if unknown:
        raise click.UsageError(
            f"--regrade {plain(unknown[0], 100)}: nobody here is called so; names are as in the report"
        )
    return set(regrade)


@contextmanager
def _locked(out: Path, submissions: Path) -> Iterator[None]:
    """Makes the folder, and keeps other graders out of it for as long as this one lives."""
    shown = plain(str(out), 200)
    if submissions.is_dir() and out.resolve().is_relative_to(submissions.resolve()):
        raise click.UsageError(f"--out {shown} lies within the submissions; name a folder outside")
    try:
        out.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(out, os.O_RDONLY)
    except OSError as error:
        raise click.UsageError(f"{shown} is no folder for the gradebook: {error.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise click.UsageError(f"another grader is at work on {shown}; wait for it, or name another --out") from None
    try:
        yield
    finally:
        os.close(descriptor)
