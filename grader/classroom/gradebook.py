"""The gradebook: a SQLite file that takes each verdict as it arrives, so a batch can be killed at any time and resumed.

A verdict belongs to a submitted text and to everything else that it depends on: the exercise, the grader and the seed.
Students refer to verdicts, and students who submitted the same text share one. Rows are never overwritten: a new
verdict is a new row, and a student's current grade is the last verdict that was given.
"""

import hashlib
import hmac
import json
import os
import secrets
import shlex
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Self

from grader.classroom import folder_lock
from grader.classroom.results import Grade, Past
from grader.plan.draws import LARGEST_SEED
from grader.report import Report
from grader.reports import as_json
from grader.text import plain

SCHEMA_VERSION = 2  # 2: reports are JSON of schema version 2
NO_TEXT = "none:"  # prefix of the digest where there is no text to grade: a missing file, a link
NAME = "gradebook.sqlite"
PATIENCE = 60  # seconds that a locked file is waited for
_TABLES = """
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS verdict (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL, exercise TEXT NOT NULL, grader TEXT NOT NULL, seed INTEGER NOT NULL,
    outcome TEXT NOT NULL, score REAL NOT NULL, report TEXT NOT NULL, seconds REAL NOT NULL, graded TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS verdict_of ON verdict (sha256, exercise, grader, seed);
CREATE TABLE IF NOT EXISTS standing (
    id INTEGER PRIMARY KEY,
    student TEXT NOT NULL, verdict INTEGER NOT NULL REFERENCES verdict, regraded INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS standing_of ON standing (student);
CREATE TABLE IF NOT EXISTS student (student TEXT PRIMARY KEY, name TEXT NOT NULL, file TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS begun (sha256 TEXT PRIMARY KEY, times INTEGER NOT NULL) STRICT;
"""
_ADD = (
    "INSERT INTO verdict (sha256, exercise, grader, seed, outcome, score, report, seconds, graded)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class GradebookError(Exception):
    """The file cannot be used as the gradebook; the message says why, with the values, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """Everything that a verdict depends on besides the submitted text.

    Attributes:
      exercise: Digest of the exercise's files.
      grader: Digest of the grader and of the libraries that submissions use.
      seed: Seed for the random inputs.
    """

    exercise: str
    grader: str
    seed: int


@dataclass(frozen=True)
class StoredGrade:
    """A verdict that was given to a student, as it is stored, for copying into another gradebook.

    Attributes:
      student: The student's identifier.
      regraded: Whether the teacher asked for it although nothing had changed.
      verdict: The columns of the verdict, without its number.
    """

    student: str
    regraded: bool
    verdict: tuple[object, ...]


class Gradebook:
    """One batch's gradebook. Use it as a context manager, in one thread."""

    def __init__(self, path: Path, *, exercise: str, seed: int | None, secret: str | None = None) -> None:
        """Opens the gradebook, or creates it.

        Args:
          path: The file; its folder exists.
          exercise: The exercise's slug; a gradebook is for one exercise.
          seed: Public seed for the random inputs; None for a secret seed per text.
          secret: The key that secret seeds derive from, for gradebooks that will be merged; None to draw a new one.

        Raises:
          GradebookError: If the file is something else, of another version, or of another exercise or seed.
        """
        self._path = path
        _check_version(path)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # it holds the secret, and people's grades
            self._db = sqlite3.connect(path, isolation_level=None, timeout=PATIENCE)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")  # power may fail too
            self._db.executescript(_TABLES)
            self._settle({"schema": str(SCHEMA_VERSION), "exercise": exercise, "seed": str(seed)}, secret)
        except OSError as error:
            raise GradebookError(f"{path} cannot be written: {error.strerror}; name another folder") from None
        except sqlite3.DatabaseError as error:
            if _is_lock(error):
                raise GradebookError(_in_use(path)) from None
            raise GradebookError(f"{path} is not a gradebook ({error}); name another folder") from None

    @classmethod
    def existing(cls, path: Path) -> Self:
        """Opens an existing gradebook, whichever exercise and seed it is for.

        Raises:
          GradebookError: If there is none, or it is of another version.
        """
        about = _about(path)
        if not about:
            raise GradebookError(f"there is no gradebook in {path.parent}; 'grader batch' creates one there")
        seed = about["seed"]
        return cls(path, exercise=about["exercise"], seed=None if seed == "None" else int(seed))

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def exercise(self) -> str:
        """The exercise's slug."""
        return self._value("exercise")

    @property
    def seed(self) -> int | None:
        """The public seed; None if seeds are secret."""
        seed = self._value("seed")
        return None if seed == "None" else int(seed)

    @property
    def secret(self) -> str:
        """The key that secret seeds derive from."""
        return self._value("secret")

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        """Closes the file.

        Raises:
          GradebookError: If another program's lock is what ended the work within.
        """
        self._db.close()
        if _is_lock(error):
            raise GradebookError(_in_use(self._path)) from None

    def seed_of(self, sha256: str) -> int:
        """The seed for a text's inputs: the public seed, or one that derives from the secret and the text.

        A single secret seed for the class could leak, a few bits with each report.
        """
        seed = self.seed
        if seed is not None:
            return seed
        digest = hmac.digest(bytes.fromhex(self.secret), sha256.encode(), "sha256")
        return int.from_bytes(digest[:4], "big") & LARGEST_SEED

    def verdict(self, sha256: str, fingerprint: Fingerprint, *, decided: bool = True) -> int | None:
        """The number of the last verdict on a text with this fingerprint; None if there is none.

        Args:
          sha256: The text's digest.
          fingerprint: Everything else that the verdict depends on.
          decided: Whether to leave out "not checked", which is to be tried again.
        """
        row = self._db.execute(
            "SELECT max(id) FROM verdict"
            " WHERE sha256 = ? AND exercise = ? AND grader = ? AND seed = ? AND outcome <> ?",
            (sha256, fingerprint.exercise, fingerprint.grader, fingerprint.seed, "not_checked" if decided else ""),
        ).fetchone()
        return row[0]

    @contextmanager
    def whole(self) -> Iterator[None]:
        """One transaction: everything within is written, or nothing is; one write to the disk instead of many."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def write(self, sha256: str, fingerprint: Fingerprint, report: Report) -> int:
        """Adds a verdict; returns its number."""
        stored = json.dumps(as_json.as_object(report), allow_nan=False)
        on = (fingerprint.exercise, fingerprint.grader, fingerprint.seed)
        now = datetime.now(UTC).isoformat()
        return self._insert(_ADD, (sha256, *on, report.outcome, report.score, stored, report.seconds, now))

    def enrol(self, students: Iterable[tuple[str, str, str]]) -> None:
        """Adds students: identifier, name, file."""
        with self.whole():
            self._db.executemany("INSERT OR REPLACE INTO student VALUES (?, ?, ?)", students)

    def give(self, student: str, verdict: int, *, regraded: bool = False) -> None:
        """Makes a verdict the student's current grade, unless it is that already."""
        row = self._db.execute("SELECT verdict FROM standing WHERE student = ? ORDER BY id DESC LIMIT 1", (student,))
        if row.fetchone() != (verdict,):
            self._insert(
                "INSERT INTO standing (student, verdict, regraded) VALUES (?, ?, ?)", (student, verdict, regraded)
            )

    def begin(self, sha256: str) -> int:
        """Notes that grading a text starts; returns how often it was started and not finished."""
        self._db.execute(
            "INSERT INTO begun VALUES (?, 1) ON CONFLICT (sha256) DO UPDATE SET times = times + 1", (sha256,)
        )
        return self.begun(sha256)

    def begun(self, sha256: str) -> int:
        """How often grading a text was started and not finished."""
        row = self._db.execute("SELECT times FROM begun WHERE sha256 = ?", (sha256,)).fetchone()
        return row[0] if row else 0

    def take_back(self, sha256: str) -> None:
        """Discounts one start: the user interrupted the batch."""
        self._db.execute("UPDATE begun SET times = times - 1 WHERE sha256 = ?", (sha256,))

    def end(self, sha256: str) -> None:
        """Notes that grading a text is finished, whatever the result."""
        self._db.execute("DELETE FROM begun WHERE sha256 = ?", (sha256,))

    def grades(self) -> tuple[Grade, ...]:
        """Every student's current grade and its history, in the order of their identifiers."""
        rows = self._db.execute(
            "SELECT student.student, name, file, sha256, report, graded, seed, verdict.exercise, grader, regraded,"
            " outcome, score"
            " FROM student JOIN standing USING (student) JOIN verdict ON verdict.id = standing.verdict"
            " ORDER BY student.student, standing.id"
        ).fetchall()
        of: dict[str, list[tuple]] = {}
        for row in rows:
            of.setdefault(row[0], []).append(row)
        return tuple(self._grade(theirs) for theirs in of.values())

    def students(self) -> tuple[tuple[str, str, str], ...]:
        """All students: identifier, name, file."""
        return tuple(self._db.execute("SELECT student, name, file FROM student ORDER BY student").fetchall())

    def stored_grades(self) -> tuple[StoredGrade, ...]:
        """Every verdict that was given to a student, the oldest first."""
        rows = self._db.execute(
            "SELECT student, regraded, sha256, verdict.exercise, grader, seed, outcome, score, report, seconds, graded"
            " FROM standing JOIN verdict ON verdict.id = standing.verdict ORDER BY standing.id"
        ).fetchall()
        return tuple(StoredGrade(student, bool(regraded), tuple(verdict)) for student, regraded, *verdict in rows)

    def add_stored(self, stored: StoredGrade) -> None:
        """Adds a verdict of another gradebook; a verdict that students share is stored once."""
        row = self._db.execute(
            "SELECT id FROM verdict WHERE sha256 = ? AND exercise = ? AND grader = ? AND seed = ? AND outcome = ?"
            " AND score = ? AND report = ? AND seconds = ? AND graded = ?",
            stored.verdict,
        ).fetchone()
        number = row[0] if row else self._insert(_ADD, stored.verdict)
        self.give(stored.student, number, regraded=stored.regraded)

    def _grade(self, rows: list[tuple]) -> Grade:
        """The grade of one student.

        Raises:
          GradebookError: If what is stored of it is damaged.
        """
        try:
            return _grade(rows)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            student = plain(rows[-1][0], 100)
            why = plain(f"{type(error).__name__}: {error}", 100)
            raise GradebookError(
                f"{self._path} holds a damaged report of {student} ({why}); all else in it is kept: have it replaced "
                f"by the same 'grader batch' command with --regrade {shlex.quote(student)}"
            ) from None

    def _insert(self, statement: str, values: tuple) -> int:
        number = self._db.execute(statement, values).lastrowid
        if number is None:
            raise GradebookError(f"{self._path} returned no number for a new row; is the disk full?")
        return number

    def _value(self, key: str) -> str:
        return self._db.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()[0]

    def _settle(self, wanted: Mapping[str, str], secret: str | None) -> None:
        """Writes what the gradebook is for, or compares it."""
        self._db.execute("BEGIN IMMEDIATE")
        kept = dict(self._db.execute("SELECT key, value FROM about").fetchall())
        if not kept:
            rows = {**wanted, "secret": secret or secrets.token_hex(32)}
            self._db.executemany("INSERT INTO about VALUES (?, ?)", rows.items())
        self._db.execute("COMMIT")
        for key, value in wanted.items():
            if kept and kept.get(key) != value:
                shown = {"None": "a secret seed"}
                was, now = (shown.get(v, f"{key} {v}") for v in (kept.get(key, "unknown"), value))
                raise GradebookError(f"{self._path} was created with {was}, not with {now}; name another --out folder")
        if kept and secret and kept["secret"] != secret:
            raise GradebookError(
                f"{self._path} was created with another secret; give the --secret-file that it was created with, "
                "or name another --out folder"
            )


def _about(path: Path) -> dict[str, str]:
    """What a gradebook is for; empty if the file is missing or is not a gradebook. Changes nothing in it.

    Raises:
      GradebookError: If another program keeps it locked.
    """
    if not path.is_file():
        return {}
    try:
        with closing(sqlite3.connect(path, timeout=PATIENCE)) as db:
            return dict(db.execute("SELECT key, value FROM about").fetchall())
    except sqlite3.DatabaseError as error:
        if _is_lock(error):
            raise GradebookError(_in_use(path)) from None
        return {}


def _is_lock(error: object) -> bool:
    """Whether an error says that another program has locked the file."""
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _in_use(path: Path) -> str:
    """What to say and do while another program has locked the file."""
    who = folder_lock.holder(path.parent) or "another program"
    return (
        f"{path} is in use: {who} keeps it locked, and we wait at most {PATIENCE:g} s for it. Finished verdicts are "
        "saved; the same command resumes from here once that program has closed the file"
    )


def _check_version(path: Path) -> None:
    """Refuses a gradebook whose reports another version of the grader wrote.

    Raises:
      GradebookError: If it is one.
    """
    found = _about(path).get("schema", f"{SCHEMA_VERSION}")
    if found == f"{SCHEMA_VERSION}":
        return
    older = found.isdecimal() and int(found) < SCHEMA_VERSION
    raise GradebookError(
        f"{path} is a gradebook of schema version {plain(found, 20)}, and this grader reads and writes version "
        f"{SCHEMA_VERSION}; grade the class again into another --out folder, or read this one with the "
        f"{'older' if older else 'newer'} grader that wrote it"
    )


def digest(parts: Iterable[tuple[str, bytes]]) -> str:
    """One digest of named contents, in any order."""
    whole = hashlib.sha256()
    for name, content in sorted(parts):
        whole.update(f"{len(name)} {len(content)} {name}\n".encode())
        whole.update(content)
    return whole.hexdigest()


def _grade(rows: list[tuple]) -> Grade:
    student, name, file, sha256, report, graded, seed, *_ = rows[-1]
    past = tuple(_past(old, new) for old, new in pairwise(rows))
    return Grade(
        student=student,
        name=name,
        file=file,
        sha256="" if sha256.startswith(NO_TEXT) else sha256,
        report=as_json.read(json.loads(report)),
        graded=datetime.fromisoformat(graded),
        seed=seed,
        history=past,
    )


def _past(old: tuple, new: tuple) -> Past:
    """A verdict that was replaced, and why."""
    names = {3: "submission", 7: "exercise", 8: "grader"}
    why = [name for at, name in names.items() if old[at] != new[at]]
    why += ["seed"] if old[6] != new[6] and "submission" not in why else []
    why += ["regraded"] if new[9] else []
    return Past(
        outcome=old[10],
        score=old[11],
        graded=datetime.fromisoformat(old[5]),
        why=", ".join(why) or "regraded",
    )
