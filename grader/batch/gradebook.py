"""The gradebook: SQLite, written as each verdict arrives, so that a batch may be killed at any moment and go on.

A verdict belongs to a text and to all that it depends on: the exercise, the grader, the seed. Students refer to
verdicts; whoever handed in the same text shares one. Nothing is ever overwritten: a new verdict is another row, and a
student's standing is the last one that he or she was given.
"""

import hashlib
import hmac
import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
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
NO_TEXT = "none:"  # begins the digest of what has no text: somebody's missing file, a link
NAME = "gradebook.sqlite"
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


@dataclass(frozen=True)
class Standing:
    """A student was given a verdict: all of both, as it was stored, to be carried to another gradebook.

    Attributes:
      student: identifier.
      regraded: whether it was asked for though nothing had changed.
      verdict: the columns of the verdict, without its number.
    """

    student: str
    regraded: bool
    verdict: tuple[object, ...]


class Gradebook:
    """One batch's gradebook. Use it as a context manager, in one thread."""

    def __init__(self, path: Path, *, exercise: str, seed: int | None, secret: str | None = None) -> None:
        """Opens the file, or begins it.

        Args:
          path: of the file; its folder exists.
          exercise: slug; one gradebook is for one exercise.
          seed: draws every input, openly; None for a secret seed a text.
          secret: that secret seeds follow from, for several gradebooks that are to be one; None to draw one.

        Raises:
          GradebookError: if there is something else, or a gradebook of another exercise or with another seed.
        """
        self._path = path
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # it holds the secret, and people's grades
            self._db = sqlite3.connect(path, isolation_level=None, timeout=60)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")  # power may fail too
            self._db.executescript(_TABLES)
            self._settle({"schema": str(SCHEMA_VERSION), "exercise": exercise, "seed": str(seed)}, secret)
        except OSError as error:
            raise GradebookError(f"{path} cannot be written: {error.strerror}; name another folder") from None
        except sqlite3.DatabaseError as error:
            raise GradebookError(f"{path} is no gradebook of ours ({error}); name another folder") from None

    @classmethod
    def existing(cls, path: Path) -> Self:
        """Opens a gradebook that was begun earlier, whatever it is about.

        Raises:
          GradebookError: if there is none.
        """
        missing = GradebookError(f"there is no gradebook in {path.parent}; 'grader batch' begins one there")
        if not path.is_file():
            raise missing
        try:
            db = sqlite3.connect(path, timeout=60)
            about = dict(db.execute("SELECT key, value FROM about").fetchall())
            db.close()
        except sqlite3.DatabaseError:
            raise missing from None
        if not about:
            raise missing  # whoever began it was killed before there was anything in it
        seed = about["seed"]
        return cls(path, exercise=about["exercise"], seed=None if seed == "None" else int(seed))

    @property
    def path(self) -> Path:
        """Of the file."""
        return self._path

    @property
    def exercise(self) -> str:
        """The slug."""
        return self._about("exercise")

    @property
    def seed(self) -> int | None:
        """The open seed; None where seeds are secret."""
        seed = self._about("seed")
        return None if seed == "None" else int(seed)

    @property
    def secret(self) -> str:
        """What secret seeds follow from."""
        return self._about("secret")

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
        seed = self.seed
        if seed is not None:
            return seed
        digest = hmac.digest(bytes.fromhex(self.secret), sha256.encode(), "sha256")
        return int.from_bytes(digest[:4], "big") & LARGEST_SEED

    def verdict(self, sha256: str, basis: Basis, *, decided: bool = True) -> int | None:
        """The last verdict on a text on this basis, by its number; None if there is none.

        Args:
          sha256: of the text.
          basis: all else that it depends on.
          decided: leaves out "not checked", which is to be tried again.
        """
        row = self._db.execute(
            "SELECT max(id) FROM verdict"
            " WHERE sha256 = ? AND exercise = ? AND grader = ? AND seed = ? AND outcome <> ?",
            (sha256, basis.exercise, basis.grader, basis.seed, "not_checked" if decided else ""),
        ).fetchone()
        return row[0]

    @contextmanager
    def whole(self) -> Iterator[None]:
        """All that is written within is written, or nothing is: to the disk once, and not statement by statement."""
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

    def write(self, sha256: str, basis: Basis, report: Report) -> int:
        """Adds a verdict; returns its number."""
        stored = json.dumps(as_json.as_object(report), allow_nan=False)
        values = (sha256, basis.exercise, basis.grader, basis.seed, report.outcome, report.score, stored)
        return self._insert(_ADD, (*values, report.seconds, datetime.now(UTC).isoformat()))

    def enrol(self, students: Iterable[tuple[str, str, str]]) -> None:
        """Notes students: identifier, name, file."""
        with self.whole():
            self._db.executemany("INSERT OR REPLACE INTO student VALUES (?, ?, ?)", students)

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
        return self.begun(sha256)

    def begun(self, sha256: str) -> int:
        """How often grading a text was begun without an end."""
        row = self._db.execute("SELECT times FROM begun WHERE sha256 = ?", (sha256,)).fetchone()
        return row[0] if row else 0

    def take_back(self, sha256: str) -> None:
        """Notes that a beginning does not count: somebody wished to stop."""
        self._db.execute("UPDATE begun SET times = times - 1 WHERE sha256 = ?", (sha256,))

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

    def students(self) -> tuple[tuple[str, str, str], ...]:
        """Everybody who was enrolled: identifier, name, file."""
        return tuple(self._db.execute("SELECT student, name, file FROM student ORDER BY student").fetchall())

    def standings(self) -> tuple[Standing, ...]:
        """Every verdict that anybody was given, in order."""
        rows = self._db.execute(
            "SELECT student, regraded, sha256, verdict.exercise, grader, seed, outcome, score, report, seconds, graded"
            " FROM standing JOIN verdict ON verdict.id = standing.verdict ORDER BY standing.id"
        ).fetchall()
        return tuple(Standing(student, bool(regraded), tuple(verdict)) for student, regraded, *verdict in rows)

    def take_over(self, standing: Standing) -> None:
        """Gives a verdict of another gradebook, which is stored here once, whoever shares it."""
        row = self._db.execute(
            "SELECT id FROM verdict WHERE sha256 = ? AND exercise = ? AND grader = ? AND seed = ? AND outcome = ?"
            " AND score = ? AND report = ? AND seconds = ? AND graded = ?",
            standing.verdict,
        ).fetchone()
        number = row[0] if row else self._insert(_ADD, standing.verdict)
        self.give(standing.student, number, regraded=standing.regraded)

    def _insert(self, statement: str, values: tuple) -> int:
        number = self._db.execute(statement, values).lastrowid
        if number is None:
            raise GradebookError(f"{self._path} took a row and gave no number; is the disk full?")
        return number

    def _about(self, key: str) -> str:
        return self._db.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()[0]

    def _settle(self, wanted: Mapping[str, str], secret: str | None) -> None:
        """Writes what the gradebook is about, or checks it."""
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
                raise GradebookError(f"{self._path} was begun with {was}, not with {now}; give another --out folder")
        if kept and secret and kept["secret"] != secret:
            raise GradebookError(
                f"{self._path} was begun with another secret; give the --secret-file that it was begun with, "
                "or another --out folder"
            )


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
        sha256="" if sha256.startswith(NO_TEXT) else sha256,
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
