"""The kill matrix as text: a line a row, a column a case, at most 100 columns while there are at most 20 cases."""

import math
import textwrap
from collections.abc import Iterator, Sequence

from grader.authoring.kill_matrix import Cell, Row
from grader.authoring.survey import Worst

WIDTH = 100
INDENT, NAME, MARGIN, COLUMN = 8, 26, 9, 3
MOST = 99  # times, from which on a right program's room is not told more exactly
# By the kind of finding.
LETTERS = {
    "wrong_shape": "s",
    "wrong_count": "s",
    "wrong_scores": "s",
    "no_scores_alone": "s",
    "not_measured": "s",
    "wrong_dtype": "d",
    "wrong_parameters": "p",
    "wrong_start": "v",
    "not_raised": "e",
}
HEADINGS = {
    "misconception": "Wrong ideas: error over tolerance, as a power of ten; . below 1, N not a number; refused by "
    "s shape, d dtype, p parameters' names, v their first values, e no error, r another rule. First the best case, "
    "which must reach 5.",
    "degenerate": "Answers that take no thought, in the same way.",
    "right": "Right programs: tolerance over error, 99 or more as 99. First the worst case, which must reach 2.",
}


class Matrix:
    """Renders rows as they come, with what the reader needs to know before the first of each kind."""

    def __init__(self, cases: Sequence[str]) -> None:
        """Takes the cases' names."""
        self._cases = cases
        self._kind = ""

    def lines(self, row: Row) -> Iterator[str]:
        """The row, after a heading where it is the first of its kind."""
        if not self._kind:
            told = "; ".join(f"{number} {name}" for number, name in enumerate(self._cases, 1))
            yield textwrap.fill(f"cases: {told}", WIDTH, subsequent_indent="  ")
        if row.kind != self._kind:
            self._kind = row.kind
            yield from textwrap.wrap(HEADINGS[row.kind], WIDTH)
            numbers = "".join(f"{number:>{COLUMN}}" for number in range(1, len(self._cases) + 1))
            yield " " * (INDENT + NAME + MARGIN) + numbers
        cells = "".join(f"{_text(cell, row.kind):>{COLUMN}}" for cell in row.cells)
        word = "ok" if row.holds else "FAILS"
        yield f"  {word:<6}{row.name:<{NAME}}{_deciding(row):<{MARGIN}}{cells}".rstrip()


def surveyed(matrix: Matrix, worst: Worst) -> Iterator[str]:
    """A row at the worst of many seeds; and, if there was too little room, how often."""
    yield from matrix.lines(worst.row)
    if worst.failures:
        yield f"        too little room at {worst.failures} seeds, the least at seed {worst.seed}"


def summary(found: Sequence[Worst], seeds: int) -> str:
    """What matters of a survey."""
    lines = []
    for right, passed in ((True, "right programs rejected"), (False, "wrong ideas accepted")):
        of_kind = [worst for worst in found if (worst.row.kind == "right") == right]
        nearest = min(of_kind, key=lambda worst: worst.row.margin)
        lines.append(
            f"{sum(worst.passed for worst in of_kind)} {passed} in {len(of_kind) * seeds} runs; "
            f"least room: {nearest.row.name}, {nearest.row.margin:.2g} at seed {nearest.seed}"
        )
    return "\n".join(lines)


def _deciding(row: Row) -> str:
    if row.deciding is None:
        return "no case"
    cell = row.cells[row.deciding]
    if cell and cell.refused:
        margin = "refused"
    elif math.isinf(row.margin):  # a wrong answer was no number; a right one was off by nothing
        margin = "exact" if row.kind == "right" else "NaN"
    else:
        margin = f"{row.margin:.2g}".replace("e+0", "e")
    return f"{margin} @{row.deciding + 1}"


def _text(cell: Cell | None, kind: str) -> str:
    """At most two characters."""
    if cell is None:
        return ""
    if cell.refused:
        return LETTERS.get(cell.refused, "r")
    if kind == "right":
        return str(int(min(cell.margin, MOST)))
    if math.isinf(cell.margin):
        return "N"
    return "." if cell.margin < 1 else str(int(math.log10(cell.margin)))
