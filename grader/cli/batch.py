"""The commands for a class: grade it, on one machine or several, and merge the gradebooks."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from grader.classroom import folder_lock
from grader.classroom import merge as merging
from grader.classroom.dask_engine import ClusterError, DaskExecutor, connected, dask_is_here
from grader.classroom.dask_worker import BatchSettings
from grader.classroom.digests import exercise_digest, grader_digest
from grader.classroom.engine import Engine
from grader.classroom.executor import Executor, Graded, LocalExecutor, Text
from grader.classroom.fault_log import NAME as LOG_NAME
from grader.classroom.fault_log import FaultLog
from grader.classroom.gradebook import NAME, Gradebook, GradebookError
from grader.classroom.grading import IsolationError, RunOptions, graded, sandboxed_runner
from grader.classroom.load_results import batch_of, read_batch
from grader.classroom.reports import summary
from grader.classroom.roster import Entry, read_roster
from grader.classroom.shards import Shard, secret_in
from grader.classroom.shared_runner import SharedRunner
from grader.classroom.submissions import Class, HandedIn, find
from grader.cli import console
from grader.cli.course import course, exercises_option
from grader.cli.course import loaded as exercise_of
from grader.cli.exits import FAILURE, RIGHT, STOPPED, WRONG, StoppedError
from grader.cli.progress_bar import Progress
from grader.cli.sandbox import runner_option
from grader.course.loader import COURSE, Loaded
from grader.plan.draws import LARGEST_SEED
from grader.sandbox.base import CancelledError
from grader.submission.files import SubmissionsError
from grader.text import plain

ALL = ""  # --regrade without a name


@dataclass(frozen=True, kw_only=True)
class _Mode:
    """How submissions are run."""

    runner: str
    jobs: int
    unsandboxed: bool
    engine: str
    scheduler: str | None


@click.command()
@exercises_option
@click.argument("exercise")
@click.argument("submissions", type=Path)
@click.option("--out", type=Path, required=True, metavar="DIR", help="Folder for the gradebook; created if missing.")
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    show_default=True,
    help="Number of submissions to grade at a time.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, LARGEST_SEED),
    help="Public seed for the random inputs.  [default: a secret seed per submission]",
)
@click.option("--shard", metavar="I/N", help="Grade only part I of N of the class; 'grader merge' joins the parts.")
@click.option(
    "--secret-file",
    type=Path,
    metavar="FILE",
    help="File with the key that all secret seeds derive from; created if missing.",
)
@click.option(
    "--regrade", is_flag=False, flag_value=ALL, multiple=True, metavar="[STUDENT]",
    help="Grade STUDENT, or without a name the whole class, again even if nothing has changed. May be repeated.",
)  # fmt: skip
@click.option("--roster", type=Path, metavar="CSV", help="Class list: the students who should submit, and their names.")
@click.option(
    "--pattern",
    metavar="TEXT",
    help="Pattern of the file names, such as {student}_{name}.py, {student}_{attempt}_{*}.py or {student}/{*}.",
)
@click.option(
    "--file", "meant", metavar="NAME", default="", help="Name of the file to grade, of students who submit several."
)
@click.option(
    "--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True,
    help="Run submissions on this machine, or on Dask workers.",
)  # fmt: skip
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Address of a Dask scheduler, such as tcp://host:8786.  [default: start one here, with workers for --jobs]",
)
@click.option("--allow-unsandboxed", is_flag=True, help="Run submissions even if the isolation level is none.")
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
    meant: str,
    engine: str,
    scheduler: str | None,
    allow_unsandboxed: bool,
    runner: str,
) -> int:
    """Grade a class.

    SUBMISSIONS is a folder or a zip file. Downloads of Gradescope, Canvas, Moodle, Blackboard, Brightspace, Sakai,
    ILIAS, Autolab, Submitty and nbgrader can be used as they are. The file graded for each student is
    the one that defines what the exercise asks for. If several do, name it in a column "file" of the roster, or with
    --file. Each verdict is saved at once: the same command resumes where an earlier one stopped, and grades only what
    has changed since.

    The exit code is 0 if every submission was graded, right or wrong; 1 if a program could not be assigned to a
    student; 2 if the command was misused; 3 if some submissions could not be checked; and 130 if it was interrupted.
    """
    if scheduler and engine != "dask":
        raise click.UsageError("--scheduler needs --engine dask")
    if engine == "dask" and not dask_is_here():
        raise click.UsageError("--engine dask needs Dask: pip install 'groupnorm-jax[dask]'")
    mode = _Mode(runner=runner, jobs=jobs, unsandboxed=allow_unsandboxed, engine=engine, scheduler=scheduler)
    try:
        loaded = exercise_of(exercise)
        part = _part(shard, seeded=seed is not None or secret_file is not None)
        found = _found(loaded, submissions, pattern, read_roster(roster) if roster else (), meant)
        students = [one for one in found.students if part.holds(one.student)]
        _print_found(found, students, part)
        with ExitStack() as stack:
            stack.enter_context(_locked(out, submissions))
            secret = secret_in(secret_file) if secret_file and seed is None else None
            book = stack.enter_context(Gradebook(out / NAME, exercise=loaded.slug, seed=seed, secret=secret))
            code = _graded(loaded, students, book, mode, _again(regrade, students))
            return _print_left(found, students, code)
    except (SubmissionsError, GradebookError) as error:
        raise click.UsageError(plain(str(error), 600)) from None
    except IsolationError as error:
        console.tell(f"Not run: {error}. 'grader doctor' says how to fix it; --allow-unsandboxed runs it anyway.")
        return FAILURE
    except ClusterError as error:
        console.tell(f"Stopped: {error}. Finished verdicts are saved; the same command resumes from here.")
        return FAILURE


@click.command()
@click.argument("folders", type=Path, nargs=-1, required=True, metavar="DIR...")
@click.option(
    "--out", type=Path, required=True, metavar="DIR", help="Folder for the merged gradebook; created if missing."
)
def merge(folders: tuple[Path, ...], out: Path) -> int:
    """Merge the gradebooks of a class graded in parts.

    Each DIR holds the gradebook of a part, made by 'grader batch --shard'. Merging them again changes nothing.
    """
    try:
        merging.merge(folders, out)
        whole = read_batch(out)
    except GradebookError as error:
        raise click.UsageError(plain(str(error), 600)) from None
    except OSError as error:
        raise click.UsageError(
            f"{plain(str(out), 200)} is not a folder for the merged gradebook: {error.strerror}"
        ) from None
    console.write(summary.render(whole))
    console.write(f"gradebook: {console.quoted(out / NAME)}")
    return FAILURE if any(grade.report.outcome == "not_checked" for grade in whole.grades) else RIGHT


def _part(shard: str | None, *, seeded: bool) -> Shard:
    """The requested shard; the whole class by default."""
    try:
        part = Shard() if shard is None else Shard.parsed(shard)
    except ValueError as error:
        raise click.UsageError(f"--shard: {error}") from None
    if part.count > 1 and not seeded:
        raise click.UsageError(
            "all shards must use the same inputs: give each the same --secret-file or the same --seed"
        )
    return part


def _graded(exercise: Loaded, students: Sequence[HandedIn], book: Gradebook, mode: _Mode, again: set[str]) -> int:
    """Grades and prints a summary; returns the exit code."""
    digests = exercise_digest(exercise.slug, course()), grader_digest()
    log = FaultLog(book.path.with_name(LOG_NAME))
    engine = Engine(exercise, book, log, digests=digests)
    tasks = engine.prepare(students, regrade=again)
    try:
        if tasks:
            opened = _executor(exercise, mode, digests, texts=len(tasks), hidden=book.seed is None)
            with opened as executor, Progress(f"grading {exercise.slug}") as progress:
                engine.run(tasks, executor, done=lambda number: progress.of(number, len(tasks)))
    except (KeyboardInterrupt, StoppedError, CancelledError):
        _print_faults(log)
        message = f"Stopped. Finished verdicts are in {console.quoted(book.path)}; the same command resumes from here."
        console.tell(message)
        return STOPPED
    whole = batch_of(book, exercise)
    console.write(summary.render(whole))
    console.write(f"gradebook: {console.quoted(book.path)}")
    _print_faults(log)
    here = {one.student for one in students}
    unchecked = any(g.report.outcome == "not_checked" for g in whole.grades if g.student in here)
    return FAILURE if unchecked else RIGHT


@contextmanager
def _executor(
    exercise: Loaded, mode: _Mode, digests: tuple[str, str], *, texts: int, hidden: bool
) -> Iterator[Executor]:
    """Where texts are graded."""
    options = RunOptions(runner=mode.runner, unsandboxed=mode.unsandboxed, texts=texts)
    if mode.engine == "dask":
        settings = BatchSettings(
            exercise=exercise.slug,
            course="" if course() == COURSE else str(course().resolve()),
            exercise_digest=digests[0],
            grader_digest=digests[1],
            hidden=hidden,
            options=options,
        )
        with connected(mode.scheduler, mode.jobs) as client:
            yield DaskExecutor(client, exercise, settings, texts)
        return
    stop = threading.Event()
    runners = SharedRunner(lambda: sandboxed_runner(exercise, options, stop.is_set))
    try:
        with runners.borrowed():  # where it cannot be used, nothing is begun
            pass

        def work(text: Text) -> Graded:
            return graded(exercise, text.submission, runners, seed=text.seed, hidden=hidden)

        yield LocalExecutor(work, mode.jobs, stop)
    finally:
        stop.set()
        runners.close()


def _print_faults(log: FaultLog) -> None:
    """Prints how many students met a fault of the grader, and where its log is."""
    if log.students:
        count = f"{len(log.students)} student{'s' if len(log.students) > 1 else ''}"
        where = f"could not be written ({log.problem})" if log.problem else f"is {console.quoted(log.path)}"
        console.tell(f"The grader itself failed while it graded {count}; the log {where}.")


def _found(exercise: Loaded, path: Path, pattern: str | None, roster: tuple[Entry, ...], file: str) -> Class:
    """Finds the submissions; of a large class, shows how far that is."""
    with Progress("reading submissions") as progress:
        return find(path, exercise, pattern=pattern, roster=roster, file=file, done=progress.of)


def _print_found(found: Class, students: Sequence[HandedIn], part: Shard) -> None:
    """Prints what was found, before the long part begins."""
    count = f"{len(found.students)} student{'s' if len(found.students) != 1 else ''}"
    share = f", {len(students)} of them in shard {part.number}/{part.count}" if part.count > 1 else ""
    console.tell(f"{found.layout}: {count}{share}")
    for what, names in (("not in the roster", found.strangers), ("not a submission, ignored", found.ignored)):
        if names:
            console.tell(f"{what}: {_few(names)}")
    for one in students:
        for note in one.notes:
            console.tell(f"{one.student}: {note}")


def _print_left(found: Class, students: Sequence[HandedIn], code: int) -> int:
    """Prints what the teacher has to decide; returns the exit code."""
    undecided = [one.student for one in students if one.problem and one.problem.kind == "which_file"]
    if undecided:
        console.tell(
            f"Not checked, since it cannot be told which file is meant: {_few(undecided)}. Name the file with --file, "
            'or in a column "file" of the roster.'
        )
    if found.programs:
        console.tell(
            f"Not graded, since it cannot be told whose these programs are: {_few(found.programs)}. "
            "Move or rename them, or say --pattern."
        )
    return WRONG if code == RIGHT and found.programs else code


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _again(regrade: Sequence[str], students: Sequence[HandedIn]) -> set[str]:
    """The students to grade again."""
    known = {one.student for one in students}
    if ALL in regrade:
        return known
    unknown = sorted(set(regrade) - known)
    if unknown:
        raise click.UsageError(
            f"--regrade {plain(unknown[0], 100)}: there is no such student; use the names of the report"
        )
    return set(regrade)


@contextmanager
def _locked(out: Path, submissions: Path) -> Iterator[None]:
    """Creates the folder, and locks it against other graders until the end."""
    shown = plain(str(out), 200)
    if submissions.is_dir() and out.resolve().is_relative_to(submissions.resolve()):
        raise click.UsageError(f"--out {shown} is inside the submissions; name a folder outside them")
    with ExitStack() as stack:
        try:
            out.mkdir(parents=True, exist_ok=True)
            stack.enter_context(folder_lock.locked(out))
        except OSError as error:
            raise click.UsageError(f"{shown} is not a folder for the gradebook: {error.strerror}") from None
        except folder_lock.InUseError as error:
            raise click.UsageError(f"{error} is using {shown}; wait for it or name another --out") from None
        yield
