"""A class's results, from its gradebook."""

from pathlib import Path

from grader.classroom.gradebook import NAME, Gradebook
from grader.classroom.results import Batch
from grader.course.loader import COURSE, ExerciseError, Loaded, UnknownExerciseError, load


def batch_of(book: Gradebook, exercise: Loaded) -> Batch:
    """Everybody's standing, those with nothing handed in included.

    Args:
      book: the gradebook.
      exercise: what it is about.
    """
    return Batch(
        exercise=exercise.slug,
        title=exercise.spec.title,
        hidden=book.seed is None,
        practice=exercise.spec.practice,
        grades=book.grades(),
    )


def read_batch(folder: Path, course: Path = COURSE) -> Batch:
    """The results in a folder that ``grader batch`` or ``grader merge`` wrote.

    Args:
      folder: the folder.
      course: where the exercise is, for its title.

    Raises:
      GradebookError: if there is no gradebook.
    """
    with Gradebook.existing(folder / NAME) as book:
        try:
            return batch_of(book, load(book.exercise, course))
        except (
            UnknownExerciseError,
            ExerciseError,
        ):  # it was renamed since, or changed; what was graded is still there
            grades = book.grades()
            return Batch(exercise=book.exercise, title="", hidden=book.seed is None, practice="", grades=grades)
