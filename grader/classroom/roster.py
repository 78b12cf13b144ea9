"""The class list: who should have handed in, and what people are called.

A CSV file with a header, as teachers keep it or as Canvas, Moodle and Gradescope export it. Columns are known by their
names; those that are not known are left alone.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from grader.classroom.whose import ID_CAP, Student
from grader.submission.files import SubmissionsError
from grader.text import plain

# The first of these that is there is what a student is known by in the results. Small letters; "_" and "-" as blanks.
IDENTIFIERS = (
    *("identifier", "student id", "student number", "id", "sid", "id number", "sis user id", "orgdefinedid"),
    *("matrikelnummer", "matrikel nr", "matr nr", "matrnr", "matriculation number"),
    *("numero etudiant", "n etudiant", "no etudiant", "identifiant", "numero d etudiant"),
    *("username", "user name", "login", "sis login id", "benutzername", "anmeldename", "nutzername"),
    *("nom d utilisateur", "email", "email address", "e mail", "e mail adresse", "mail", "courriel"),
    *("adresse e mail", "adresse de courriel", "adresse mail", "adresse courriel"),
)
NAMES = ("name", "full name", "student name", "vollstandiger name", "nom complet", "teilnehmer")
FIRST = ("first name", "firstname", "given name", "vorname", "vornamen", "prenom", "prenoms")
LAST = ("last name", "lastname", "surname", "family name", "nachname", "familienname", "nom", "nom de famille")
FILES = ("file", "datei", "fichier")  # which of a student's files is meant
TITLES = 10  # lines that may stand above the header


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a roster.

    Attributes:
      student: identifier.
      name: for people.
      keys: all that a submission may bear instead.
      file: the name of the file to grade; empty if none is named.
    """

    student: str
    name: str
    keys: tuple[str, ...]
    file: str = ""


def read_roster(path: Path) -> tuple[Entry, ...]:
    """Reads a class list.

    Raises:
      SubmissionsError: if it has no column that could identify anybody, or names somebody twice.
    """
    shown = plain(str(path), 200)
    rows = _rows(_text(path, shown))
    at = next((n for n, row in enumerate(rows[:TITLES]) if _identifies([_column(cell) for cell in row])), 0)
    header, *lines = rows[at:] or [[]]
    columns = [_column(cell) for cell in header]
    who, named = _columns(columns, shown)
    entries = [entry for line in lines if (entry := _entry(columns, line, who, named))]
    twice = [student for student, times in Counter(entry.student for entry in entries).items() if times > 1]
    if twice:
        raise SubmissionsError(f"{shown} lists {twice[0]!r} twice; every student needs an identifier of his or her own")
    return tuple(entries)


def _text(path: Path, shown: str) -> str:
    """A CSV file's text, in UTF-8, in UTF-16 with a byte order mark, or in the encoding of Windows in the West."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SubmissionsError(f"{shown} cannot be read: {error.strerror}") from None
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise SubmissionsError(f"{shown} is a spreadsheet (.xlsx, .xls or .ods), whatever it is called; save it as CSV")
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if "\0" not in text:
                return text
    raise SubmissionsError(f"{shown} is no text that can be read; save it as CSV with the encoding UTF-8")


def _rows(text: str) -> list[list[str]]:
    first, _, rest = text.partition("\n")
    said = re.fullmatch(r"\"?sep=(.)\"?\s*", first)  # as Excel writes it
    if said:
        return list(csv.reader(io.StringIO(rest), delimiter=said[1]))
    delimiter = max(",;\t", key=lambda mark: max(line.count(mark) for line in text.splitlines()[:TITLES] or [""]))
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


def _column(cell: str) -> str:
    """A column's name as it is looked up: without case, accents and punctuation."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", cell) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", bare.casefold()).split())


def _identifies(columns: Sequence[str]) -> bool:
    return any(column in (*IDENTIFIERS, *NAMES, "student") for column in columns)


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
    file = next((cells[column] for column in FILES if cells.get(column)), "")
    return Entry(student=plain(student, ID_CAP), name=plain(name, ID_CAP), keys=tuple(dict.fromkeys(keys)), file=file)


def enrolled(students: Iterable[Student], roster: Sequence[Entry]) -> tuple[tuple[Student, ...], tuple[str, ...]]:
    """Students as the roster calls them, with those who handed in nothing; and the identifiers that it does not know.

    Identifiers decide; names only for whom no identifier leads to, and where one submission alone bears the name.
    Whoever is not in the roster is graded all the same, under the name of the file.
    """
    students = tuple(students)
    owners: dict[str, set[str]] = {}
    for entry in roster:
        for key in {_alike(key) for key in (entry.student, *entry.keys)}:
            owners.setdefault(key, set()).add(entry.student)
    owned = {one.student: _owner(one.keys, owners) for one in students}
    by_name = {one.student: _owner(one.names, owners) for one in students if not owned[one.student]}
    often = Counter(by_name.values())
    taken = set(owned.values())
    for student, owner in by_name.items():
        if owner and owner not in taken and often[owner] == 1:
            owned[student] = owner
    entries = {entry.student: entry for entry in roster}
    whole: dict[str, Student] = {}
    strangers = []
    for one in students:
        owner = owned[one.student]
        if owner is None:
            free = _free(one.student, entries)
            strangers.append(free)
            whole[free] = replace(one, student=free)
        else:
            files = whole[owner].files if owner in whole else ()
            whole[owner] = replace(one, student=owner, name=entries[owner].name, files=files + one.files)
    for entry in roster:
        whole.setdefault(entry.student, Student(student=entry.student, name=entry.name))
    return tuple(whole[student] for student in sorted(whole)), tuple(strangers)


def _owner(keys: Iterable[str], owners: dict[str, set[str]]) -> str | None:
    """Whom in the roster keys lead to: the first that is one person's alone."""
    return next((next(iter(who)) for key in keys if len(who := owners.get(_alike(key), set())) == 1), None)


def _free(student: str, entries: Collection[str]) -> str:
    """An identifier for somebody who is not in the roster; one of the roster's is never given away."""
    return student if student not in entries else f"{student} (not in the roster)"


def _alike(key: str) -> str:
    """A key without case, accents' encodings, blanks and commas: Canvas writes "Lovelace, Ada" as "lovelaceada"."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", key).casefold())
