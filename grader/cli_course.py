"""Which course a command reads: the bundled one, or a teacher's own folder by ``--exercises`` or the environment.

The option is handed to no command: it stands in click's context, and the functions here ask there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from exercises.loader import COURSE, ExerciseError, Loaded, UnknownExerciseError, load, slugs
from grader import console
from grader.text import plain

ENVIRONMENT = "GRADER_EXERCISES"
_KEY = "grader.course"


@dataclass(frozen=True)
class _Named:
    """A course that the user named, and how."""

    folder: Path
    said: str


def _keep(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value is None:
        return
    from_environment = context.get_parameter_source(str(parameter.name)) is click.core.ParameterSource.ENVIRONMENT
    said = f"{f'{ENVIRONMENT}=' if from_environment else '--exercises '}{plain(value, 200)}"
    if not value:
        raise click.UsageError(f"{said}is empty; name a folder of exercises, or leave it out for the bundled course")
    context.meta[_KEY] = _Named(Path(value), said)


exercises_option = click.option(
    "--exercises",
    "course",  # a command may well have an argument called exercises
    metavar="DIR",
    envvar=ENVIRONMENT,
    expose_value=False,
    callback=_keep,
    help=f"Your own folder of exercises, in place of the bundled course.  [env: {ENVIRONMENT}]",
)


def named_folder() -> Path:
    """The course's folder, whether it is one or not."""
    named = _named()
    return named.folder if named else COURSE


def course() -> Path:
    """The course's folder; one that holds no exercise is misuse."""
    named = _named()
    if named is None:
        return COURSE
    new = f"grader author new SLUG --exercises {console.quoted(named.folder, otherwise='DIR')}"
    if not named.folder.is_dir():
        raise click.UsageError(f"{named.said} is no folder; this makes it, with a first exercise: {new}")
    if (named.folder / "cases.py").is_file():
        raise click.UsageError(f"{named.said} is itself an exercise; name the folder that it stands in")
    if not slugs(named.folder):
        raise click.UsageError(
            f"{named.said} holds no exercise, which is a folder with a cases.py; this makes one: {new}"
        )
    return named.folder


def loaded(slug: str) -> Loaded:
    """The exercise of that name; another name is misuse, and so is a folder of one's own that is malformed."""
    folder = course()
    try:
        return load(slug, folder)
    except UnknownExerciseError as error:
        raise click.UsageError(plain(str(error), 400)) from None
    except ExerciseError as error:
        if folder is COURSE:
            raise
        raise _malformed(error) from None


def chosen(names: Sequence[str] = ()) -> list[Loaded]:
    """The exercises of those names, or all in the order of the course; of those that are malformed, all are told."""
    if names:
        return [loaded(name) for name in names]
    folder, found, faults = course(), [], []
    for slug in slugs(folder):
        try:
            found.append(load(slug, folder))
        except ExerciseError as error:
            faults.append(str(error))
    if faults:
        raise _malformed(ExerciseError("\n".join(faults)))
    return sorted(found, key=lambda exercise: (exercise.spec.order, exercise.slug))


def suggested(*words: str) -> str:
    """A command of ours that can be pasted as it is: it names the course that this one was given."""
    named = _named()
    where = ["--exercises", console.quoted(named.folder, otherwise="DIR")] if named else []
    return " ".join(["grader", *words, *where])


def _named() -> _Named | None:
    return click.get_current_context().meta.get(_KEY)


def _malformed(error: ExerciseError) -> click.ClickException:
    return click.ClickException(plain(f"{error}\n'grader author guide' says how an exercise is to be.", 4000))
