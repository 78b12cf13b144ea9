"""A class's results for a person at a terminal, on half a screen."""

from collections.abc import Iterator, Sequence

from grader.batch.result import Batch
from grader.batch.summary import COMMONEST, summarised
from grader.text import plain

SHOWN = 10  # students of a list
BARS = " ▁▂▃▄▅▆▇█"
WORDS = {"right": "right", "wrong": "wrong", "not_checked": "not checked"}
REFUSED = {
    "nothing": "handed in nothing",
    "starter": "handed in the starter",
    "empty": "an empty file",
    "notebook": "a notebook",
    "no_program": "no .py file",
    "which_file": "several files",
    "not_read": "a file that is not read",
    "encoding": "no UTF-8 text",
    "null_bytes": "null bytes",
    "too_large": "too large a file",
}


def render(batch: Batch) -> str:
    """Renders a class's results.

    Args:
      batch: the results.
    """
    return "\n".join(_lines(batch))


def _lines(batch: Batch) -> Iterator[str]:
    told = summarised(batch)
    counts = ", ".join(f"{number} {WORDS[name]}" for name, number in told.outcomes.items() if number)
    yield f"{batch.exercise}: {len(batch.grades)} students: {counts or 'nobody'}"
    if told.rejected:
        kinds = ", ".join(f"{REFUSED.get(kind, kind)} {number}" for kind, number in told.rejected.items())
        yield f"  wrong without a run: {kinds}"
    if sum(told.scores):
        most = batch.max_score
        yield f"  points: 0 {_bars(told.scores)} {most:g}; mean {told.mean:.1f}, median {told.median:g}"
    if told.misconceptions:
        few = list(told.misconceptions.items())[:COMMONEST]
        more = len(told.misconceptions) - len(few)
        listed = ", ".join(f"{name} {number}" for name, number in few)
        yield f"  commonest mistakes: {listed}" + (f" and {more} more" if more else "")
    if told.duplicates:
        alike = [" = ".join(_few(group)) for group in told.duplicates]
        yield f"  the same text: {'; '.join(_few(alike))}"
    for student, reason in told.not_checked[:SHOWN]:
        yield f"  not checked: {student}: {plain(reason, 200)}"
    if len(told.not_checked) > SHOWN:
        yield f"  not checked: {len(told.not_checked) - SHOWN} more"


def _bars(counts: Sequence[int]) -> str:
    """A bar for each count; none but zero is invisible."""
    highest = max(counts)
    return "".join(BARS[-(-count * (len(BARS) - 1) // highest)] for count in counts)


def _few(items: Sequence[str]) -> list[str]:
    return [*items[:SHOWN], f"{len(items) - SHOWN} more"] if len(items) > SHOWN else list(items)
