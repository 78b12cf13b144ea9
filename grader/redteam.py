"""The red team: small submissions that attack the grader, and what must be true after each of them.

An attack is a file under ``tests/attacks``; its first comment lines say what it tries and what must happen. After each,
whatever its report says: it is not right and not "not checked"; nothing planted was read, changed or called; no
process and no file of it is left; it ended in time; and an honest submission in the same grader is graded as if
nothing had been.
"""

import json
import os
import re
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from exercises.loader import Loaded
from grader.bait import Bait, planted
from grader.isolation._libc import LINUX, prctl
from grader.pipeline import check_file, grade
from grader.reports import as_json
from grader.runners.base import Asked, FollowUp, Isolation, Run, Runner, nothing_more
from grader.submission import Submission

ATTACKS = Path(__file__).parents[1] / "tests" / "attacks"
SECRET_VARIABLE = "GRADER_REDTEAM_SECRET"  # noqa: S105 - a name
SECONDS = 6.0  # for an attack that asks for no limit of its own
SLACK = 30.0  # seconds beyond its limit that an attack's beginning and end may take on a busy machine
HONEST_CASES = 3  # of the submission that follows an attack: parameters, and two values
PATIENCE = 1.2  # times the limit that it was granted: the reference, which sets that on a slow machine, takes a fifth
LEAVING, TICK = 1.0, 0.02  # seconds in which a supervisor that has said its last is gone
MEGABYTE = "x" * (1 << 20)
_SET_CHILD_SUBREAPER = 36
_HEADER = re.compile(r"# (tries|must|limit|encoding|earns): (.+)")


class AttackError(Exception):
    """An attack's file does not say what it must."""


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One attack.

    Attributes:
      name: "family/what".
      tries: what it attempts.
      must: what has to happen.
      seconds: its time limit.
      earns: points that it may get, since a part of it is honest.
      template: its bytes, with placeholders.
    """

    name: str
    tries: str
    must: str
    seconds: float
    earns: float
    template: bytes

    @property
    def family(self) -> str:
        """The kind of attack."""
        return self.name.partition("/")[0]

    def content(self, bait: Bait) -> bytes:
        """What is handed in: the bait's places filled in."""
        places = {
            "SECRET_FILE": bait.targets["file"],
            "SOLUTION_FILE": bait.targets["solution"],
            "SCRATCH": bait.targets["folder"],
            "TCP_PORT": bait.targets["tcp"],
            "UDP_PORT": bait.targets["udp"],
            "UNIX_SOCKET": bait.targets["unix"],
            "NUL": "\0",
            "MEGABYTE": MEGABYTE,
        }
        content = self.template
        for name, place in places.items():
            content = content.replace(b"{{%s}}" % name.encode(), str(place).encode())
        return content


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of an attack.

    Attributes:
      attack: which.
      gains: what it got, in words; empty where it was held.
      seconds: how long it took.
      said: the report's outcome and first message.
    """

    attack: Attack
    gains: tuple[str, ...]
    seconds: float
    said: str


def read_attack(path: Path) -> Attack:
    """Reads an attack's file.

    Raises:
      AttackError: if it does not say what it tries and what must happen.
    """
    data = path.read_bytes()
    head = data[: 1 << 12].decode("utf-8", "replace").splitlines()[:8]
    matches = (_HEADER.fullmatch(line) for line in head)
    fields: dict[str, str] = {found[1]: found[2] for found in matches if found}
    name = f"{path.parent.name}/{path.stem}"
    if not {"tries", "must"} <= set(fields):
        raise AttackError(f'{name} must begin with "# tries: ..." and "# must: ..."; it has {sorted(fields)}')
    if fields.get("encoding") == "hex":
        body = b"".join(line for line in data.splitlines() if not line.startswith(b"#"))
        data = bytes.fromhex(body.decode("ascii"))
    seconds = float(fields.get("limit", SECONDS))
    earns = float(fields.get("earns", 0))
    return Attack(name=name, tries=fields["tries"], must=fields["must"], seconds=seconds, earns=earns, template=data)


def read_attacks(folder: Path, names: tuple[str, ...] = ()) -> list[Attack]:
    """Every attack below the folder, or those whose name begins with one of ``names``, in the order of their names."""
    attacks = [read_attack(path) for path in sorted(folder.glob("*/*.py"))]
    return [attack for attack in attacks if not names or attack.name.startswith(names)]


@contextmanager
def baited() -> Iterator[Bait]:
    """Plants a file and a variable with a secret, and has orphans come home to be counted."""
    secret = secrets.token_hex(16)
    os.environ[SECRET_VARIABLE] = secret
    if LINUX:
        prctl(_SET_CHILD_SUBREAPER, 1)
    before = tempfile.tempdir
    try:
        with tempfile.TemporaryDirectory(prefix="grader-redteam-", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o755)
            tempfile.tempdir = folder  # what is left there was left by an attack, not by somebody else's work
            with planted(secret) as bait:
                yield bait
    finally:
        tempfile.tempdir = before
        del os.environ[SECRET_VARIABLE]
        if LINUX:
            prctl(_SET_CHILD_SUBREAPER, 0)


def run_attack(attack: Attack, exercise: Loaded, runner: Runner, bait: Bait, *, own: Callable[[], set[int]]) -> Outcome:
    """Runs one attack, then an honest submission, and looks at what is left.

    Args:
      attack: the attack.
      exercise: what it pretends to solve.
      runner: where it runs.
      bait: what it may be after.
      own: gives the processes that are the runner's own.
    """
    limited = replace(exercise, spec=replace(exercise.spec, seconds=attack.seconds))
    before = _files()
    with tempfile.TemporaryDirectory(prefix="grader-attack-") as folder:
        path = Path(folder, "submission.py")
        path.write_bytes(attack.content(bait))
        before |= {Path(folder).name}
        began = time.monotonic()
        attended = _Attended(runner)
        report = check_file(limited, path, seed=secrets.randbits(31), runner=attended)
        seconds = time.monotonic() - began
    text = as_json.render(report)
    honest = Submission(name="honest.py", source=exercise.solution)
    brief = replace(exercise, spec=replace(exercise.spec, cases=exercise.spec.cases[:HONEST_CASES]))
    after = grade(brief, honest, seed=0, runner=runner)
    most = PATIENCE * max(attack.seconds, attended.limit) + SLACK
    gains = [
        *(["was called right"] if report.outcome == "right" else []),
        *([f"earned {report.score:g} points"] if attack.earns < report.score < report.max_score else []),
        *(["brought the grader to fail"] if report.outcome == "not_checked" else []),
        *(["a secret is in the report"] if bait.secret in text else []),
        *(f"could {what}" for what in sorted(bait.taken())),
        *(["left processes"] if _left(own()) else []),
        *(["left files"] if _files() - before else []),
        *([f"ran for {seconds:.1f} s"] if seconds > most else []),
        *([f"the next submission was {after.outcome}"] if after.outcome != "right" else []),
    ]
    message = report.error.message if report.error else next((c.message for c in report.cases if c.message), "")
    return Outcome(attack=attack, gains=tuple(gains), seconds=seconds, said=f"{report.outcome}: {message}")


class _Attended:
    """A runner, and the limit in seconds that its last run was granted: on a slow machine more than was asked."""

    def __init__(self, runner: Runner) -> None:
        self._runner, self.limit = runner, 0.0

    @property
    def isolation(self) -> Isolation:
        return self._runner.isolation

    @property
    def note(self) -> str:
        return self._runner.note

    def run(self, asked: Asked, follow_up: FollowUp = nothing_more) -> Run:
        run = self._runner.run(asked, follow_up)
        self.limit = run.limit
        return run


def _files() -> set[str]:
    """Temporary things."""
    return set(os.listdir(tempfile.gettempdir()))


def _left(own: set[int]) -> set[int]:
    """Processes that should not be there, killed and reaped."""
    deadline = time.monotonic() + LEAVING
    while (left := descendants(os.getpid()) - own) and time.monotonic() < deadline:
        time.sleep(TICK)
    for pid in left:
        with suppress(OSError):
            os.kill(pid, 9)
    for pid in left:
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)
    return left


def descendants(pid: int) -> set[int]:
    """Every process below this one."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # gone meanwhile
            fields = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            parents[int(folder.name)] = int(fields[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def as_line(outcome: Outcome) -> str:
    """One JSON line, for those who want to look closer."""
    return json.dumps(
        {
            "attack": outcome.attack.name,
            "held": not outcome.gains,
            "gains": list(outcome.gains),
            "seconds": round(outcome.seconds, 2),
            "said": outcome.said[:300],
        }
    )
