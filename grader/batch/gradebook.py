"""The gradebook: SQLite, written as each verdict arrives, so that a batch may be killed at any moment and go on.

A verdict belongs to a text and to all that it depends on: the exercise, the grader, the seed. Students refer to
verdicts; whoever handed in the same text shares one. Nothing is ever overwritten: a new verdict is another row, and a
student's standing is the last one that he or she was given.
"""

import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Self

from grader.batch.result import Grade, Past
from grader.report import Report
from grader.reports import as_json

SCHEMA_VERSION = 1
LARGEST_SEED = 2**31 - 1
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


class GradebookError(Exception):
    """The file cannot serve as the gradebook; the message says the rule, the values, and a way out."""


@dataclass(frozen=True, kw_only=True)
class Basis:
    """All that a verdict depends on, beside the text.

    Attributes:
      exercise: digest of the exercise's files.
      grader: digest of the grader and of the libraries that programs run on.
      seed: what inputs are drawn from.
    """

    exercise: str
    grader: str
    seed: int


class Gradebook:
    """One batch's gradebook. Use it as a context manager, in one thread."""

    def __init__(self, path: Path, *, exercise: str, seed: int | None) -> None:
        """Opens the file, or begins it.

        Args:
          path: of the file; its folder exists.
          exercise: slug; one gradebook is for one exercise.
          seed: draws every input, openly; None for a secret seed a text.

        Raises:
          GradebookError: if there is something else, or a gradebook of another exercise or with another seed.
        """
        self._path = path
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=60)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")  # power may fail too
            self._db.executescript(_TABLES)
            self._settle({"schema": str(SCHEMA_VERSION), "exercise": exercise, "seed": str(seed)})
        except sqlite3.DatabaseError as error:
            raise GradebookError(f"{path} is no gradebook of ours ({error}); name another folder") from None

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the file."""
        self._db.close()

    def seed_of(self, sha256: str) -> int:
        """What the inputs for a text are drawn from: the open seed, or one that follows from the secret and the text.

        One secret seed for a whole class could be carried out of it, some bits a report.
        """
        seed = self._about("seed")
        if seed != "None":
            return int(seed)
        digest = hmac.digest(bytes.fromhex(self._about("secret")), sha256.encode(), "sha256")
        return int.from_bytes(digest[:4], "big") & LARGEST_SEED

    def verdict(self, sha256: str, basis: Basis) -> int | None:
        """The last verdict on a text on this basis, by its number; None if there is none."""
        row = self._db.execute(
            "SELECT max(id) FROM verdict WHERE sha256 = ? AND exercise = ? AND grader = ? AND seed = ?",
            (sha256, basis.exercise, basis.grader, basis.seed),
        ).fetchone()
        return row[0]

    def write(self, sha256: str, basis: Basis, report: Report) -> int:
        """Adds a verdict; returns its number."""
        stored = json.dumps(as_json.as_object(report), allow_nan=False)
        values = (sha256, basis.exercise, basis.grader, basis.seed, report.outcome, report.score, stored)
        return self._insert(
            "INSERT INTO verdict (sha256, exercise, grader, seed, outcome, score, report, seconds, graded)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, report.seconds, datetime.now(UTC).isoformat()),
        )

    def enrol(self, students: Iterable[tuple[str, str, str]]) -> None:
        """Notes students: identifier, name, file."""
        self._db.execute("BEGIN")
        self._db.executemany("INSERT OR REPLACE INTO student VALUES (?, ?, ?)", students)
        self._db.execute("COMMIT")

    def give(self, student: str, verdict: int, *, regraded: bool = False) -> None:
        """Makes a verdict the student's standing, unless it is already."""
        row = self._db.execute("SELECT verdict FROM standing WHERE student = ? ORDER BY id DESC LIMIT 1", (student,))
        if row.fetchone() != (verdict,):
            self._insert(
                "INSERT INTO standing (student, verdict, regraded) VALUES (?, ?, ?)", (student, verdict, regraded)
            )

    def begin(self, sha256: str) -> int:
        """Notes that a text is about to be graded; returns how often that was begun without an end."""
        self._db.execute(
            "INSERT INTO begun VALUES (?, 1) ON CONFLICT (sha256) DO UPDATE SET times = times + 1", (sha256,)
        )
        return self._db.execute("SELECT times FROM begun WHERE sha256 = ?", (sha256,)).fetchone()[0]

    def end(self, sha256: str) -> None:
        """Notes that grading a text has ended, whatever came of it."""
        self._db.execute("DELETE FROM begun WHERE sha256 = ?", (sha256,))

    def grades(self) -> tuple[Grade, ...]:
        """Every student's standing and history, by identifier."""
        rows = self._db.execute(
            "SELECT student.student, name, file, sha256, report, graded, seed, verdict.exercise, grader, regraded"
            " FROM student JOIN standing USING (student) JOIN verdict ON verdict.id = standing.verdict"
            " ORDER BY student.student, standing.id"
        ).fetchall()
        of: dict[str, list[tuple]] = {}
        for row in rows:
            of.setdefault(row[0], []).append(row)
        return tuple(_grade(standings) for standings in of.values())

    def _insert(self, statement: str, values: tuple) -> int:
        number = self._db.execute(statement, values).lastrowid
        if number is None:
            raise GradebookError(f"{self._path} took a row and gave no number; is the disk full?")
        return number

    def _about(self, key: str) -> str:
        return self._db.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()[0]

    def _settle(self, wanted: Mapping[str, str]) -> None:
        """Writes what the gradebook is about, or checks it."""
        self._db.execute("BEGIN IMMEDIATE")
        kept = dict(self._db.execute("SELECT key, value FROM about").fetchall())
        if not kept:
            rows = {**wanted, "secret": secrets.token_hex(32)}
            self._db.executemany("INSERT INTO about VALUES (?, ?)", rows.items())
        self._db.execute("COMMIT")
        for key, value in wanted.items():
            if kept and kept.get(key) != value:
                shown = {"None": "a secret seed"}
                was, now = (shown.get(v, f"{key} {v}") for v in (kept.get(key, "unknown"), value))
                raise GradebookError(f"{self._path} was begun with {was}, not with {now}; give another --out folder")


def digest(parts: Iterable[tuple[str, bytes]]) -> str:
    """One digest of named contents, whatever their order."""
    whole = hashlib.sha256()
    for name, content in sorted(parts):
        whole.update(f"{len(name)} {len(content)} {name}\n".encode())
        whole.update(content)
    return whole.hexdigest()


def _grade(standings: list[tuple]) -> Grade:
    student, name, file, sha256, report, graded, seed, *_ = standings[-1]
    past = tuple(_past(old, new) for old, new in pairwise(standings))
    return Grade(
        student=student,
        name=name,
        file=file,
        sha256=sha256,
        report=as_json.read(json.loads(report)),
        graded=datetime.fromisoformat(graded),
        seed=seed,
        history=past,
    )


def _past(old: tuple, new: tuple) -> Past:
    """A verdict that was replaced, and by what has changed since."""
    names = {3: "submission", 7: "exercise", 8: "grader"}
    why = [name for at, name in names.items() if old[at] != new[at]]
    why += ["seed"] if old[6] != new[6] and "submission" not in why else []
    why += ["regraded"] if new[9] else []
    report = json.loads(old[4])
    return Past(
        outcome=report["outcome"],
        score=report["score"],
        graded=datetime.fromisoformat(old[5]),
        why=", ".join(why) or "regraded",
    )
