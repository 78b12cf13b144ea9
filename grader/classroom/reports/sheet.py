"""A table that somebody else wrote: single cells are filled, and every other byte stays what it was."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from grader.reports.errors import FormatError
from grader.reports.escaping import one_line

MARK = "\ufeff"
DELIMITERS = ",;\t"
_QUOTED = re.compile(r'"[^"]*"')


@dataclass(frozen=True, kw_only=True)
class Filled:
    """An export with a column filled.

    Attributes:
      text: to be given back.
      notes: what the teacher should know, a sentence each.
      left_out: who has points and no cell; identifiers.
    """

    text: str
    notes: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(kw_only=True)
class Sheet:
    """CSV by its cells, as they are written.

    Attributes:
      mark: a byte order mark, if it begins with one.
      delimiter: between cells.
      lines: cells, with their quotes.
      ends: what ends each line.
    """

    mark: str
    delimiter: str
    lines: list[list[str]]
    ends: list[str]

    @classmethod
    def read(cls, text: str) -> Self:
        """Reads CSV, whatever its delimiter.

        Raises:
          FormatError: if that is no CSV with a header.
        """
        mark = MARK if text.startswith(MARK) else ""
        body = text.removeprefix(MARK)
        first = re.split("[\r\n]", _QUOTED.sub('""', body), maxsplit=1)[0]
        if "\0" in first or not first.strip():
            raise FormatError("the export is no CSV in UTF-8; give the file as it was exported")
        delimiter = max(DELIMITERS, key=first.count)
        lines, ends = [], []
        for cells, end in _split(body, delimiter):
            lines.append(cells)
            ends.append(end)
        return cls(mark=mark, delimiter=delimiter, lines=lines, ends=ends)

    def text(self) -> str:
        """All of it."""
        joined = (self.delimiter.join(line) + end for line, end in zip(self.lines, self.ends, strict=True))
        return self.mark + "".join(joined)

    @property
    def header(self) -> list[str]:
        """The first line's cells."""
        return [_value(cell) for cell in self.lines[0]]

    def rows(self) -> Iterator[int]:
        """Numbers of the lines below the header that have anything in them."""
        return (number for number, line in enumerate(self.lines) if number and any(line))

    def value(self, row: int, column: int | None) -> str:
        """What a cell says; nothing where there is none."""
        line = self.lines[row]
        return _value(line[column]).strip() if column is not None and column < len(line) else ""

    def put(self, row: int, column: int, text: str) -> None:
        """Writes a cell; a line that ends before it is lengthened."""
        line = self.lines[row]
        line += [""] * (column + 1 - len(line))
        plainly = not text or (text.strip() == text and not set(text) & {self.delimiter, '"', "\r", "\n"})
        line[column] = text if plainly else '"' + text.replace('"', '""') + '"'

    def column(self, *names: str) -> int | None:
        """The column of the first of those names that is there."""
        header = [name.strip().casefold() for name in self.header]
        return next((header.index(name.casefold()) for name in names if name.casefold() in header), None)


def number(text: str) -> float | None:
    """A number as platforms write it, with a point or a comma; None if it is none."""
    found = re.fullmatch(r"(\d+)(?:[.,](\d+))?", text.strip())
    return float(f"{found[1]}.{found[2] or 0}") if found else None


def written(points: float) -> str:
    """Points as all platforms read them: with a point, and at most two digits after it."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def few(names: Sequence[str], most: int = 10) -> str:
    """Names, for a sentence."""
    shown = [one_line(name, 60) for name in names[:most]]
    return ", ".join([*shown, *([f"{len(names) - most} more"] if len(names) > most else [])])


def _split(text: str, delimiter: str) -> Iterator[tuple[list[str], str]]:
    """Lines as raw cells, each with what ends it."""
    mark = re.escape(delimiter)
    one = re.compile(rf'("[^"]*(?:""[^"]*)*"[^{mark}\r\n]*|(?!")[^{mark}\r\n]*)({mark}|\r\n|\n|\r|\Z)')
    cells, at = [], 0
    while at < len(text) or cells:
        found = one.match(text, at)
        if found is None:
            shown = one_line(text[at : at + 40], 60)
            raise FormatError(f"the export is no CSV: a quote is never closed after {shown}; export it anew")
        cells.append(found[1])
        at = found.end()
        if found[2] != delimiter:
            yield cells, found[2]
            cells = []


def _value(cell: str) -> str:
    """What a raw cell says."""
    if not cell.startswith('"'):
        return cell
    inside, _, rest = cell[1:].rpartition('"')
    return inside.replace('""', '"') + rest
