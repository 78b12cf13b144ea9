"""Merges the gradebooks of shards into one. Merging them again changes nothing."""

from collections.abc import Iterable
from pathlib import Path

from grader.classroom.gradebook import NAME, Gradebook, GradebookError, StoredGrade


def merge(folders: Iterable[Path], target: Path) -> int:
    """Merges gradebooks; returns the number of students in the result.

    If several hold the same student, the last verdict of the last folder counts, and the others become its history.

    Args:
      folders: Each holds a gradebook; all are of one exercise and one seed or secret.
      target: Folder for the result; it may hold an earlier one.

    Raises:
      GradebookError: If one of them is of another class or another version.
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
            f"{one.path} and {other.path} were created with different secrets, so their seeds do not belong together; "
            "run all shards with the same --secret-file"
        )


def _add(book: Gradebook, whole: Gradebook) -> None:
    """Adds the students and verdicts that are not there yet."""
    whole.enrol(book.students())
    there, theirs = _by_student(whole), _by_student(book)
    for student, stored in theirs.items():
        known = there.get(student, [])
        # Usually ``known`` is the beginning of ``stored``, and the rest is new.
        new = stored[len(known) :] if stored[: len(known)] == known else [one for one in stored if one not in known]
        for one in new:
            whole.add_stored(one)


def _by_student(book: Gradebook) -> dict[str, list[StoredGrade]]:
    found: dict[str, list[StoredGrade]] = {}
    for one in book.stored_grades():
        found.setdefault(one.student, []).append(one)
    return found
