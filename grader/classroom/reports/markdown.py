"""A class as Markdown, such as GitHub's summary of a step."""

from collections import Counter
from collections.abc import Iterator

from grader.classroom import statistics
from grader.classroom.results import Batch, Grade
from grader.reports import words
from grader.reports.escaping import markdown, within
from grader.reports.markdown import CUT, SIZE, table


def render(batch: Batch) -> str:
    """Renders a class's results: what it comes to, then a row a student.

    Args:
      batch: the results.
    """
    return within("\n".join([*_overview(batch), *_students(batch)]) + "\n", SIZE, CUT)


def _overview(batch: Batch) -> Iterator[str]:
    counted = statistics.standings(batch).items()
    counts = ", ".join(f"{number} {words.STANDINGS[name]}" for name, number in counted if number)
    yield f"## {markdown(batch.title or batch.exercise)}"
    yield ""
    yield f"{len(batch.grades)} students: {counts or 'nobody'}."
    scores = statistics.distribution(batch)
    if scores.count:
        yield f"Mean {scores.mean:.1f}, median {scores.median:g} of {batch.max_score:g} points."
    if batch.practice:
        yield f"Not for grades: {markdown(batch.practice)}"
    yield ""
    if ideas := statistics.misconceptions(batch):
        yield from table(("mistake", "students"), [(markdown(i.name), str(len(i.grades))) for i in ideas], " r")
    if same := statistics.duplicates(batch):
        alike = (" = ".join(grade.student for grade in group) for group in same)
        yield f"The same text: {'; '.join(markdown(group, 2000) for group in alike)}"
        yield ""


def _students(batch: Batch) -> Iterator[str]:
    headings = ("student", "name", "", "points", "cases", "mistakes, or why not checked")
    yield from table(headings, [_row(grade) for grade in batch.grades], "   r ")


def _row(grade: Grade) -> tuple[str, ...]:
    report = grade.report
    unchecked = report.outcome == "not_checked"
    told = words.reason(report) or words.error(report) or ", ".join(idea.name for idea in report.ideas)
    counts = Counter(case.outcome for case in report.cases)
    return (
        markdown(grade.student),
        markdown(grade.name),
        words.OUTCOMES[report.outcome],
        "" if unchecked else f"{report.score:g}",
        f"{counts['right']} of {len(report.cases)}",
        markdown(told, 300),
    )
