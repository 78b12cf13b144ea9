"""The commands that write files for a teacher to hand out."""

from collections.abc import Mapping
from pathlib import Path

import click

from grader.cli import console
from grader.cli.course import course, exercises_option, loaded
from grader.cli.exits import RIGHT
from grader.cli.format import deliver
from grader.export import autograder_zip as for_gradescope
from grader.export import student as for_students
from grader.export import workflow as for_github
from grader.text import plain

INSTALL = "groupnorm-jax"

install_option = click.option(
    "--install", metavar="WHAT", default=INSTALL, show_default=True,
    help="What pip installs as the grader: a requirement, or the URL of a wheel or repository.",
)  # fmt: skip


@click.group()
def export() -> None:
    """Write files for Gradescope, GitHub or students."""


@export.command()
@exercises_option
@click.argument("exercise")
@click.option(
    "--out", type=Path, default=Path("autograder.zip"), show_default=True, metavar="FILE", help="File to write."
)
def gradescope(exercise: str, out: Path) -> int:
    """Write an autograder for Gradescope.

    Upload the file to Gradescope under Configure Autograder. The autograder runs submissions in the sandbox, each
    with a secret seed of its own.
    """
    deliver(for_gradescope.autograder(loaded(exercise), course()), out)
    console.write(f"Wrote {console.quoted(out)}. The container with 768 MB and half a CPU is enough.")
    return RIGHT


@export.command()
@exercises_option
@click.argument("exercise")
@click.option(
    "--out", type=Path, default=Path(), metavar="DIR", help="Folder of the repository.  [default: this folder]"
)
@click.option("--file", metavar="PATH", help="Path of the submission in the repository.  [default: EXERCISE.py]")
@install_option
def github(exercise: str, out: Path, file: str | None, install: str) -> int:
    """Write a GitHub Actions workflow that grades on every push.

    The workflow is for feedback, not for grades: its seed is public.
    """
    found = loaded(exercise)
    text = for_github.workflow(found, file=file or f"{exercise}.py", install=install)
    return write_new(out, {f".github/workflows/{exercise}.yml": text})


@export.command()
@exercises_option
@click.argument("exercise")
@click.option("--out", type=Path, metavar="DIR", help="Folder to write.  [default: EXERCISE]")
@install_option
def student(exercise: str, out: Path | None, install: str) -> int:
    """Write a folder for students.

    It holds the statement, the starter, and how to grade it.
    """
    return write_new(out or Path(exercise), for_students.folder(loaded(exercise), install))


def write_new(folder: Path, files: Mapping[str, str]) -> int:
    """Writes new files; refuses to write any if one of them exists."""
    targets = {folder / name: text for name, text in files.items()}
    existing = [path for path in targets if path.exists()]
    if existing:
        shown = plain(str(existing[0]), 200)
        raise click.UsageError(f"{shown} already exists and was not changed; name another folder with --out")
    for path, text in targets.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a valid path"
            raise click.UsageError(f"{plain(str(path), 200)} cannot be written: {reason}") from None
        console.write(f"Wrote {console.quoted(path)}")
    return RIGHT
