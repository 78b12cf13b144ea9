"""A class as JUnit XML, a suite a student."""

from grader.classroom.results import Batch
from grader.reports import junit


def render(batch: Batch) -> str:
    """Renders a class's results.

    Args:
      batch: the results.
    """
    suites = (junit.suite(grade.report, name=grade.student, graded=grade.graded) for grade in batch.grades)
    return junit.document(batch.exercise, suites)
