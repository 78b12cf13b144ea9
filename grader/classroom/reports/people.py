"""Whose row is whose in a table that somebody else wrote: known, or said to be unknown, never guessed."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.classroom.results import Grade


@dataclass(frozen=True, kw_only=True)
class Row:
    """Who stands in a row.

    Attributes:
      number: of the line.
      keys: identifiers.
      names: as people write them.
    """

    number: int
    keys: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Who belongs where.

    Attributes:
      rows: line -> grade.
      unknown: of whom no row, or more than one, may be meant.
      twice: who would share a row with somebody.
    """

    rows: dict[int, Grade]
    unknown: tuple[Grade, ...]
    twice: tuple[Grade, ...]


def place(grades: Iterable[Grade], rows: Sequence[Row]) -> Placed:
    """Finds everybody's row: by an identifier; only if none knows the student, by a name."""
    by_key, by_name = _index(rows, "keys"), _index(rows, "names")
    found: dict[int, list[Grade]] = {}
    unknown = []
    for grade in grades:
        numbers = by_key.get(_key(grade.student)) or by_name.get(_name(grade.name)) or set()
        if len(numbers) == 1:
            found.setdefault(next(iter(numbers)), []).append(grade)
        else:
            unknown.append(grade)
    return Placed(
        rows={number: those[0] for number, those in found.items() if len(those) == 1},
        unknown=tuple(unknown),
        twice=tuple(grade for those in found.values() if len(those) > 1 for grade in those),
    )


def _index(rows: Sequence[Row], what: str) -> dict[str, set[int]]:
    """Key -> lines that bear it."""
    index: dict[str, set[int]] = {}
    for row in rows:
        alike = (_key(key) for key in row.keys) if what == "keys" else (n for name in row.names for n in _names(name))
        for key in alike:
            if key:
                index.setdefault(key, set()).add(row.number)
    return index


def _key(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _name(text: str) -> str:
    """Without blanks and commas, as Canvas calls files: "Lovelace, Ada" is "lovelaceada"."""
    return re.sub(r"[\W_]+", "", _key(text))


def _names(text: str) -> set[str]:
    """A name, and if it is "Lovelace, Ada" the other way round, too."""
    last, comma, first = text.partition(",")
    return {_name(text)} | ({_name(first + last)} if comma else set())
