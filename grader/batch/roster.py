"""The class list: who should have handed in, and what people are called.

A CSV file with a header, as teachers keep it or as Canvas, Moodle and Gradescope export it. Columns are known by their
names; those that are not known are left alone.
"""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.batch.layouts import ID_CAP, Student
from grader.batch.tree import SubmissionsError
from grader.text import plain

# The first of these that is there is what a student is known by in the results.
IDENTIFIERS = (
    *("identifier", "student id", "id", "sid", "id number", "sis user id", "username", "user name", "login"),
    *("sis login id", "email", "email address", "e-mail"),
)
NAMES = ("name", "full name", "student name")
FIRST, LAST = ("first name", "firstname", "given name"), ("last name", "lastname", "surname", "family name")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a roster.

    Attributes:
      student: identifier.
      name: for people.
      keys: all that a submission may bear instead.
    """

    student: str
    name: str
    keys: tuple[str, ...]


def read_roster(path: Path) -> tuple[Entry, ...]:
    """Reads a class list.

    Raises:
      SubmissionsError: if it has no column that could identify anybody, or names somebody twice.
    """
    shown = plain(str(path), 200)
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise SubmissionsError(f"{shown} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SubmissionsError(f"{shown} is not UTF-8 text; save it as CSV with the encoding UTF-8") from None
    header, *lines = csv.reader(io.StringIO(text), delimiter=_delimiter(text)) if text.strip() else [[]]
    columns = [" ".join(cell.casefold().replace("_", " ").split()) for cell in header]
    who, named = _columns(columns, shown)
    entries = [entry for line in lines if (entry := _entry(columns, line, who, named))]
    twice = [student for student, times in Counter(entry.student for entry in entries).items() if times > 1]
    if twice:
        raise SubmissionsError(f"{shown} lists {twice[0]!r} twice; every student needs an identifier of his or her own")
    return tuple(entries)


def _delimiter(text: str) -> str:
    first = text.splitlines()[0]
    return max(",;\t", key=first.count)


def _columns(columns: Sequence[str], shown: str) -> tuple[int, int | None]:
    """Which column identifies, and which names. "Student" is an identifier beside a name, and a name otherwise."""
    known = [column for column in IDENTIFIERS if column in columns]
    named = next((columns.index(name) for name in NAMES if name in columns), None)
    if "student" in columns and (named is not None or not known):
        return columns.index("student"), named
    if not known and named is None:
        listed = plain(", ".join(columns), 200) or "nothing"
        raise SubmissionsError(
            f"{shown} needs a header with a column that identifies students, such as student, id or email; "
            f"its first line says: {listed}"
        )
    if "student" in columns and named is None:
        named = columns.index("student")
    return (columns.index(known[0]) if known else named or 0), named


def _entry(columns: Sequence[str], line: Sequence[str], who: int, named: int | None) -> Entry | None:
    """A student of a line; None where it is none, as in Canvas' second line, "Points Possible"."""
    cells = {column: cell.strip() for column, cell in zip(columns, line, strict=False)}
    student = line[who].strip() if who < len(line) else ""
    if not student or student.casefold() == "points possible":
        return None
    name = line[named].strip() if named is not None and named < len(line) else ""
    first, last = (next((cells[c] for c in names if cells.get(c)), "") for names in (FIRST, LAST))
    name = name or f"{first} {last}".strip() or student
    keys = [cells[column] for column in (*IDENTIFIERS, "student", *NAMES) if cells.get(column)]
    keys += [f"{first} {last}", f"{last} {first}"] if first and last else []
    keys += [number[1] for key in keys if (number := re.fullmatch(r"Participant (\d+)", key))]
    keys += [key.partition("@")[0] for key in keys if "@" in key]
    return Entry(student=plain(student, ID_CAP), name=plain(name, ID_CAP), keys=tuple(dict.fromkeys(keys)))


def enrolled(students: Iterable[Student], roster: Sequence[Entry]) -> tuple[tuple[Student, ...], tuple[str, ...]]:
    """Students as the roster calls them, with those who handed in nothing; and the identifiers that it does not know.

    Whoever is not in the roster is graded all the same, under the name of the file.
    """
    owners: dict[str, set[str]] = {}
    for entry in roster:
        for key in {_alike(key) for key in (entry.student, *entry.keys)}:
            owners.setdefault(key, set()).add(entry.student)
    entries = {entry.student: entry for entry in roster}
    whole: dict[str, Student] = {}
    strangers = []
    for student in students:
        entry = _owner(student, owners, entries)
        if entry is None:
            strangers.append(student.student)
            known = student
        else:
            known = replace(student, student=entry.student, name=entry.name)
        before = whole.get(known.student)
        whole[known.student] = replace(before, files=before.files + known.files) if before else known
    for entry in roster:
        whole.setdefault(entry.student, Student(student=entry.student, name=entry.name))
    return tuple(whole[student] for student in sorted(whole)), tuple(strangers)


def _owner(student: Student, owners: dict[str, set[str]], entries: dict[str, Entry]) -> Entry | None:
    """Whom in the roster a submission belongs to: the first of its keys that is one person's alone."""
    for key in (student.student, *student.keys):
        who = owners.get(_alike(key), set())
        if len(who) == 1:
            return entries[next(iter(who))]
    return None


def _alike(key: str) -> str:
    """A key without case, accents' encodings, blanks and commas: Canvas writes "Lovelace, Ada" as "lovelaceada"."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", key).casefold())
