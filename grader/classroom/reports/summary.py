"""A class's results for a person at a terminal, on half a screen."""

from collections.abc import Iterator, Sequence

from grader.classroom import statistics
from grader.classroom.results import Batch
from grader.reports import words
from grader.text import no_command, plain

COMMONEST = 5  # mistakes
SHOWN = 10  # students of a list
BARS = " ▁▂▃▄▅▆▇█"


def render(batch: Batch) -> str:
    """Renders a class's results.

    Args:
      batch: the results.
    """
    return no_command("\n".join(_lines(batch)))


def _lines(batch: Batch) -> Iterator[str]:
    counted = statistics.standings(batch).items()
    counts = ", ".join(f"{number} {words.STANDINGS[name]}" for name, number in counted if number)
    yield f"{batch.exercise}: {len(batch.grades)} students: {counts or 'nobody'}"
    if refused := statistics.refused(batch):
        kinds = ", ".join(f"{words.KINDS.get(kind, kind)} {number}" for kind, number in refused.items())
        yield f"  wrong without a run: {kinds}"
    scores = statistics.distribution(batch)
    if scores.bins and scores.count:
        bars = _bars([b.count for b in scores.bins])
        yield f"  points: 0 {bars} {batch.max_score:g}; mean {scores.mean:.1f}, median {scores.median:g}"
    if ideas := statistics.misconceptions(batch):
        more = f" and {len(ideas) - COMMONEST} more" if len(ideas) > COMMONEST else ""
        listed = ", ".join(f"{idea.name} {len(idea.grades)}" for idea in ideas[:COMMONEST])
        yield f"  commonest mistakes: {listed}{more}"
    if same := statistics.duplicates(batch):
        alike = [" = ".join(_few([grade.student for grade in group])) for group in same]
        yield f"  the same text: {'; '.join(_few(alike))}"
    unchecked = [(grade.student, why) for grade in batch.grades if (why := words.reason(grade.report))]
    for student, why in unchecked[:SHOWN]:
        yield f"  not checked: {student}: {plain(why, 200)}"
    if len(unchecked) > SHOWN:
        yield f"  not checked: {len(unchecked) - SHOWN} more"


def _bars(counts: Sequence[int]) -> str:
    """A bar for each count; none but zero is invisible."""
    highest = max(counts)
    return "".join(BARS[-(-count * (len(BARS) - 1) // highest)] for count in counts)


def _few(items: Sequence[str]) -> list[str]:
    return [*items[:SHOWN], f"{len(items) - SHOWN} more"] if len(items) > SHOWN else list(items)
