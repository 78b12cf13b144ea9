"""The course that a command reads: the bundled one, or a folder given by ``--exercises`` or the environment.

Commands do not receive the option as an argument: it is kept in click's context, where the functions here look it up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from grader.cli import console
from grader.course.loader import COURSE, ExerciseError, Loaded, UnknownExerciseError, load, slugs
from grader.text import plain

ENVIRONMENT = "GRADER_EXERCISES"
_KEY = "grader.course"


@dataclass(frozen=True)
class _Named:
    """A course that the user named: its folder, and the option or variable that named it."""

    folder: Path
    origin: str


def _keep(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value is None:
        return
    from_environment = context.get_parameter_source(str(parameter.name)) is click.core.ParameterSource.ENVIRONMENT
    origin = f"{f'{ENVIRONMENT}=' if from_environment else '--exercises '}{plain(value, 200)}"
    if not value:
        raise click.UsageError(
            f"{origin}is empty; name a folder of exercises, or leave it out to use the bundled course"
        )
    context.meta[_KEY] = _Named(Path(value), origin)


exercises_option = click.option(
    "--exercises",
    "course",  # a command may have an argument called exercises
    metavar="DIR",
    envvar=ENVIRONMENT,
    expose_value=False,
    callback=_keep,
    help=f"Use your own folder of exercises instead of the bundled course.  [env: {ENVIRONMENT}]",
)


def named_folder() -> Path:
    """The course's folder, unchecked."""
    named = _named()
    return named.folder if named else COURSE


def course() -> Path:
    """The course's folder.

    Raises:
      UsageError: If it holds no exercise.
    """
    named = _named()
    if named is None:
        return COURSE
    new = f"grader author new SLUG --exercises {console.quoted(named.folder, otherwise='DIR')}"
    if not named.folder.is_dir():
        raise click.UsageError(f"{named.origin} is not a folder; create it with a first exercise: {new}")
    if (named.folder / "cases.py").is_file():
        raise click.UsageError(f"{named.origin} is itself an exercise; name the folder that contains it")
    if not slugs(named.folder):
        raise click.UsageError(f"{named.origin} contains no exercise (a folder with a cases.py); create one: {new}")
    return named.folder


def loaded(slug: str) -> Loaded:
    """The exercise of that name.

    Raises:
      ClickException: If there is none, or if it is malformed in a folder of the user's own.
    """
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
    """The named exercises, or all in course order.

    Raises:
      ClickException: If one does not exist, or with the faults of all that are malformed.
    """
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
    """A grader command that is ready to paste, with the course that the user named."""
    named = _named()
    where = ["--exercises", console.quoted(named.folder, otherwise="DIR")] if named else []
    return " ".join(["grader", *words, *where])


def _named() -> _Named | None:
    return click.get_current_context().meta.get(_KEY)


def _malformed(error: ExerciseError) -> click.ClickException:
    return click.ClickException(plain(f"{error}\n'grader author guide' describes the format of an exercise.", 4000))
