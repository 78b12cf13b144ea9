"""Joins the gradebooks of shards into one. To join them again changes nothing."""

from collections.abc import Iterable
from pathlib import Path

from grader.batch.gradebook import NAME, Gradebook, GradebookError, Standing


def merge(folders: Iterable[Path], target: Path) -> int:
    """Joins gradebooks; returns how many students there are in the whole.

    Of a student who is in several, the later folder's last verdict stands, after the earlier ones'.

    Args:
      folders: each holds a gradebook, all of one exercise and one seed or secret.
      target: a folder for the whole; it may hold an earlier whole.

    Raises:
      GradebookError: if one of them is of another class.
    """
    paths = [folder / NAME for folder in folders]
    first, *others = paths
    with Gradebook.existing(first) as book:
        exercise, seed, secret = book.exercise, book.seed, book.secret
        for path in others:
            with Gradebook.existing(path) as other:
                _same_class(book, other)
    target.mkdir(parents=True, exist_ok=True)
    with Gradebook(target / NAME, exercise=exercise, seed=seed, secret=secret) as whole:
        for path in paths:
            if path.resolve() != whole.path.resolve():
                with Gradebook.existing(path) as book, whole.whole():
                    _add(book, whole)
        return len(whole.students())


def _same_class(one: Gradebook, other: Gradebook) -> None:
    way_out = "only shards of one class can be merged"
    if one.exercise != other.exercise:
        raise GradebookError(f"{one.path} is of {one.exercise} and {other.path} of {other.exercise}; {way_out}")
    if one.seed != other.seed:
        words = ["a secret seed" if seed is None else f"seed {seed}" for seed in (one.seed, other.seed)]
        raise GradebookError(f"{one.path} has {words[0]} and {other.path} has {words[1]}; {way_out}")
    if one.seed is None and one.secret != other.secret:
        raise GradebookError(
            f"{one.path} and {other.path} were begun with different secrets, so that their seeds do not belong "
            "together; run all shards with the same --secret-file"
        )


def _add(book: Gradebook, whole: Gradebook) -> None:
    """Adds the students and standings that are not there yet."""
    whole.enrol(book.students())
    there: dict[str, list[Standing]] = {}
    for standing in whole.standings():
        there.setdefault(standing.student, []).append(standing)
    theirs: dict[str, list[Standing]] = {}
    for standing in book.standings():
        theirs.setdefault(standing.student, []).append(standing)
    for student, standings in theirs.items():
        known = there.get(student, [])
        # Mostly one is the beginning of the other, and whatever it has beyond that is added.
        new = standings[len(known) :] if standings[: len(known)] == known else [s for s in standings if s not in known]
        for standing in new:
            whole.take_over(standing)
