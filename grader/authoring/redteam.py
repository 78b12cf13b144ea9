"""The red team: small submissions that attack the grader, and what must be true after each of them.

An attack is a file under ``tests/data/attacks``; its first comment lines say what it tries and what must happen. After
each attack: the verdict is "wrong", or "right" where the file says so and the report shows that lines were left out;
nothing planted was read, changed or called; no process and no file of it is left;
it ended in time; and an honest submission in the same grader is graded as if nothing had happened.
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

from grader.course.loader import Loaded
from grader.pipeline import check_file, grade
from grader.reports import as_json
from grader.reports.sentences import message
from grader.sandbox.bait import Bait, planted
from grader.sandbox.base import Asked, FollowUp, Isolation, Run, Runner, nothing_more
from grader.sandbox.isolation._libc import LINUX, prctl
from grader.sandbox.isolation.processes import descendants
from grader.submission.reading import Submission

ATTACKS = Path(__file__).parents[2] / "tests" / "data" / "attacks"
SECRET_VARIABLE = "GRADER_REDTEAM_SECRET"  # noqa: S105 - a name
SECONDS = 6.0  # time limit of an attack that names none
SLACK = 30.0  # seconds beyond its limit that starting and stopping may take on a busy machine
HONEST_CASES = 3  # of the honest submission after an attack: parameters, and two values
PATIENCE = 1.2  # times the granted limit: on a slow machine the reference run, which sets the limit, takes a fifth
LEAVING, TICK = 1.0, 0.02  # seconds in which a supervisor that has finished must be gone
MEGABYTE = "x" * (1 << 20)
_SET_CHILD_SUBREAPER = 36
_HEADER = re.compile(r"# (tries|must|limit|encoding|earns|right): (.+)")
RIGHT = "once the attack is left out"  # all that the head may say of being right


class AttackError(Exception):
    """The header of an attack's file is incomplete, or says what it may not."""


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One attack.

    Attributes:
      name: "family/what".
      tries: What it attempts.
      must: What must happen instead.
      seconds: Its time limit.
      earns: Points that it may earn, because a part of it is honest.
      right: Whether its entry is right, so that it may be called so once its other lines are left out.
      template: The file's bytes, with placeholders.
    """

    name: str
    tries: str
    must: str
    seconds: float
    earns: float
    right: bool
    template: bytes

    @property
    def family(self) -> str:
        """The kind of attack."""
        return self.name.partition("/")[0]

    def content(self, bait: Bait) -> bytes:
        """The submission: the template with the bait's paths and ports filled in."""
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
    """The result of an attack.

    Attributes:
      attack: The attack.
      gains: What it achieved, in words; empty if it was held.
      seconds: How long it took.
      said: The report's outcome and first message.
    """

    attack: Attack
    gains: tuple[str, ...]
    seconds: float
    said: str


def read_attack(path: Path) -> Attack:
    """Reads an attack's file.

    Raises:
      AttackError: If the header does not say what it tries and what must happen, or says otherwise when it is right.
    """
    data = path.read_bytes()
    head = data[: 1 << 12].decode("utf-8", "replace").splitlines()[:8]
    matches = (_HEADER.fullmatch(line) for line in head)
    fields: dict[str, str] = {found[1]: found[2] for found in matches if found}
    name = f"{path.parent.name}/{path.stem}"
    if not {"tries", "must"} <= set(fields):
        raise AttackError(f'{name} must start with "# tries: ..." and "# must: ..."; it has {sorted(fields)}')
    if fields.get("right", RIGHT) != RIGHT:
        raise AttackError(f'{name} says "# right: {fields["right"]}"; an attack may be right only {RIGHT}')
    if fields.get("encoding") == "hex":
        body = b"".join(line for line in data.splitlines() if not line.startswith(b"#"))
        data = bytes.fromhex(body.decode("ascii"))
    seconds = float(fields.get("limit", SECONDS))
    earns = float(fields.get("earns", 0))
    return Attack(
        name=name,
        tries=fields["tries"],
        must=fields["must"],
        seconds=seconds,
        earns=earns,
        right="right" in fields,
        template=data,
    )


def read_attacks(folder: Path, names: tuple[str, ...] = ()) -> list[Attack]:
    """The attacks below the folder whose names start with one of ``names``, or all of them, sorted by name."""
    attacks = [read_attack(path) for path in sorted(folder.glob("*/*.py"))]
    return [attack for attack in attacks if not names or attack.name.startswith(names)]


@contextmanager
def baited() -> Iterator[Bait]:
    """Plants a file and a variable with a secret, and makes orphaned processes children of this one, to count them."""
    secret = secrets.token_hex(16)
    os.environ[SECRET_VARIABLE] = secret
    if LINUX:
        prctl(_SET_CHILD_SUBREAPER, 1)
    before = tempfile.tempdir
    try:
        with tempfile.TemporaryDirectory(prefix="grader-redteam-", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o755)
            tempfile.tempdir = folder  # whatever is left there was left by an attack, not by another program
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
      attack: The attack.
      exercise: The exercise that it pretends to solve.
      runner: Runs it.
      bait: What it may try to reach.
      own: Returns the processes that belong to the runner.
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
        *(["was called right"] if report.outcome == "right" and not (attack.right and report.left_out) else []),
        *([f"earned {report.score:g} points"] if attack.earns < report.score < report.max_score else []),
        *(["brought the grader to fail"] if report.outcome == "not_checked" else []),
        *(["a secret is in the report"] if bait.secret in text else []),
        *(["a secret came out of a run"] if bait.secret in attended.said and bait.secret not in text else []),
        *(f"could {what}" for what in sorted(bait.taken())),
        *(["left processes"] if _left(own()) else []),
        *(["left files"] if _files() - before else []),
        *([f"ran for {seconds:.1f} s"] if seconds > most else []),
        *([f"the next submission was {after.outcome}"] if after.outcome != "right" else []),
    ]
    said = message(report.error.finding if report.error else next((c.finding for c in report.cases if c.finding), None))
    return Outcome(attack=attack, gains=tuple(gains), seconds=seconds, said=f"{report.outcome}: {said}")


class _Attended:
    """A runner that adds up the time limits which its runs were granted, on a slow machine more than was asked for.

    It also notes what they said: a report tells nothing of the runs before the last.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner, self.limit, self.said = runner, 0.0, ""

    @property
    def isolation(self) -> Isolation:
        return self._runner.isolation

    @property
    def note(self) -> str:
        return self._runner.note

    def run(self, asked: Asked, follow_up: FollowUp = nothing_more) -> Run:
        run = self._runner.run(asked, follow_up)
        self.limit += run.limit
        heard = run.transcript
        answers = [(answer.problem, answer.printed) for answer in heard.answers.values()]
        self.said += repr((heard.rejected, heard.printed, answers, run.printed))
        return run


def _files() -> set[str]:
    """The names of temporary files."""
    return set(os.listdir(tempfile.gettempdir()))


def _left(own: set[int]) -> set[int]:
    """The processes that should not be there; they are killed and reaped."""
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


def as_line(outcome: Outcome) -> str:
    """The outcome as one line of JSON."""
    return json.dumps(
        {
            "attack": outcome.attack.name,
            "held": not outcome.gains,
            "gains": list(outcome.gains),
            "seconds": round(outcome.seconds, 2),
            "said": outcome.said[:300],
        }
    )
