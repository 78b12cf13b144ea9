"""Grades many mixed submissions through one warm runner, and looks for what one leaves to the next.

    python benchmarks/mixed_submissions.py --count 300 --reference mixed.json

Half of them are right (the exercise's right variants and ``submissions/``, each with slight changes of the text), a
quarter wrong (right ones with a slip in a string of their text), a quarter hostile (files under
``tests/data/attacks`` that need nothing filled in, each within its time limit). They are graded in a random but
repeatable order, once one at a time and once two at a time, all by one runner.

Every verdict, outcome by outcome and case by case, is compared with that of the same submission run alone: a right or
wrong one in a fresh process (``FreshRunner``), a hostile one behind the wall of a warm process started for it alone,
never without a wall. Those verdicts take long, and are kept in the file that ``--reference`` names. At the end stand
the differences, processes and files that are left, and memory at the start, in the middle and at the end. Exit code 0
where nothing differs and nothing is left.
"""

import argparse
import hashlib
import json
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path

from grader.authoring.redteam import ATTACKS, descendants, read_attack
from grader.course.loader import Loaded, load
from grader.pipeline import check_file
from grader.sandbox.base import Runner
from grader.sandbox.fresh import FreshRunner
from grader.sandbox.isolation._libc import prctl
from grader.sandbox.warm import WarmRunner
from grader.sandbox.warming import programs

SUBMISSIONS = Path(__file__).with_name("submissions")
PAGE = os.sysconf("SC_PAGE_SIZE")
SEED = 1
LEAVING = 2.0  # seconds in which a process that is ending is gone
KEEP_EVERY = 10  # verdicts after which the reference is written
_SET_CHILD_SUBREAPER = 36

# What a hasty student writes: text -> text. A slip that leaves a program right is welcome too.
SLIPS = (
    ("+ self.eps", "- self.eps"),
    ("+ eps", "+ 1e-5"),
    ("+ self.eps)", ") + self.eps"),
    ("- mean", "+ mean"),
    ("gamma *", "beta *"),
    ("* gamma", ""),
    ("+ beta", "- beta"),
    ('"gamma"', '"scale"'),
    ("initializers.zeros", "initializers.ones"),
    ("jnp.sqrt(", "("),
    ("keepdims=True", "keepdims=False"),
    ("axis=-1", "axis=0"),
    ("mean(-1", "sum(-1"),
    ("reshape(x.shape)", "reshape(-1, 3)"),
    ("raise ValueError", "return x, "),
    ("class MyGroupNorm", "class GroupNorm"),
    ("return gamma", "return gama"),
    ("def __call__(self, x)", "def __call__(self, x"),
)

Verdict = dict[str, list[str] | str]


@dataclass(frozen=True, kw_only=True)
class Mixed:
    """One submission.

    Attributes:
      name: where it comes from.
      kind: right, wrong or hostile: what it is meant to be, not a verdict.
      content: its bytes.
      seconds: its time limit; None for the exercise's.
    """

    name: str
    kind: str
    content: bytes
    seconds: float | None = None

    @property
    def key(self) -> str:
        """Says what was asked, for the reference."""
        asked = f"{SEED} {self.seconds} {hashlib.sha256(self.content).hexdigest()}"
        return f"{self.name} {hashlib.sha256(asked.encode()).hexdigest()[:16]}"


def main() -> int:
    """Grades, compares and prints."""
    options = _options()
    exercise = load("group_norm_1d")
    chosen = mixed(exercise, options.count, random.Random(options.seed), options.time_limit)
    kinds = Counter(submission.kind for submission in chosen)
    print(f"{len(chosen)} submissions:", ", ".join(f"{number} {kind}" for kind, number in kinds.items()))
    with own_temporary_folder() as folder:
        expected = references(exercise, chosen, options.reference)
        with WarmRunner() as runner:
            if options.fill:
                runner.fill(programs(exercise))
            print(f"isolation level {runner.isolation.level}")
            differing = 0
            print(memory("at the start", runner))
            pids = {runner.pid}
            for jobs, when in ((1, "in the middle"), (2, "at the end")):
                began = time.monotonic()
                got = graded(exercise, chosen, runner, jobs)
                print(f"{jobs} at a time: {time.monotonic() - began:.0f} s")
                differing += differences(chosen, expected, got)
                print(memory(when, runner))
                pids.add(runner.pid)
            if len(pids) > 1:
                print(f"the warm process was replaced: {len(pids) - 1} times or more")
            runner.rest()
            left = processes_left({runner.pid})
        left += [process for process in processes_left(set()) if process not in left]
        files = sorted(path.name for path in folder.iterdir())
    print(f"processes left: {', '.join(left) or 'none'}")
    print(f"files left in the temporary folder: {', '.join(files) or 'none'}")
    print(f"{differing} of {2 * len(chosen)} verdicts differ from those of the same submission run alone")
    return int(bool(differing or left or files))


def mixed(exercise: Loaded, count: int, chance: random.Random, time_limit: float) -> list[Mixed]:
    """A repeatable mixture in a random order."""
    sources = {variant.name: variant.source for variant in exercise.spec.right_variants}
    sources |= {path.stem: path.read_text("utf-8") for path in sorted(SUBMISSIONS.glob("right_*.py"))}
    attacks = list(hostile(time_limit))
    slips = [
        (f"{name}, {old!r} for {new!r}", source.replace(old, new))
        for name, source in sources.items()
        for old, new in SLIPS
        if old in source
    ]
    chance.shuffle(slips)
    few = count // 4
    submissions = [
        *(
            Mixed(name=f"{name}, change {number}", kind="right", content=changed(source, number).encode())
            for number, (name, source) in enumerate(islice(cycle(sources.items()), count - 2 * few))
        ),
        *(
            Mixed(name=name, kind="wrong", content=changed(source, number).encode())
            for number, (name, source) in enumerate(islice(cycle(slips), few))
        ),
        *chance.sample(attacks, min(few, len(attacks))),
    ]
    chance.shuffle(submissions)
    return submissions


def hostile(time_limit: float) -> Iterator[Mixed]:
    """Attacks that need no path, port or secret filled in."""
    for path in sorted(ATTACKS.glob("*/*.py")):
        attack = read_attack(path)
        if b"{{" not in path.read_bytes() and b"{{" not in attack.template:
            yield Mixed(
                name=attack.name, kind="hostile", content=attack.template, seconds=min(attack.seconds, time_limit)
            )


def changed(source: str, number: int) -> str:
    """The same program in another text: a remark, a constant that nobody uses, other names, a blank line."""
    text = re.sub(r"\b(grouped|groups|rows|part)\b", rf"\1_{number}", source) if number % 2 else source
    text = text.replace("    @nn.compact\n", f"    # version {number}\n    @nn.compact\n")
    return f"# submission {number}\n{text}\n\nVERSION = {number}\n"


def graded(exercise: Loaded, chosen: list[Mixed], runner: Runner, jobs: int) -> list[Verdict]:
    """All verdicts, in order."""
    done = Counter()

    def one(submission: Mixed) -> Verdict:
        verdict = verdict_of(exercise, submission, runner)
        done["all"] += 1
        print(f"\r{done['all']} of {len(chosen)}, {jobs} at a time ", end="", file=sys.stderr, flush=True)
        return verdict

    with ThreadPoolExecutor(jobs) as pool:
        verdicts = list(pool.map(one, chosen))
    print(file=sys.stderr)
    return verdicts


def verdict_of(exercise: Loaded, submission: Mixed, runner: Runner) -> Verdict:
    """The outcome as a whole, of each case, and the kind of error where one explains all cases."""
    seconds = submission.seconds or exercise.spec.seconds
    limited = replace(exercise, spec=replace(exercise.spec, seconds=seconds))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "submission.py")
        path.write_bytes(submission.content)
        report = check_file(limited, path, seed=SEED, runner=runner)
    error = report.error.kind if report.error else ""
    return {"outcome": report.outcome, "cases": [case.outcome for case in report.cases], "error": error}


def references(exercise: Loaded, chosen: list[Mixed], path: Path | None) -> list[Verdict]:
    """Verdicts on submissions run alone, from the file as far as they are there."""
    known: dict[str, Verdict] = json.loads(path.read_text("utf-8")) if path and path.exists() else {}
    lacking = [submission for submission in chosen if submission.key not in known]
    try:
        for number, submission in enumerate(lacking, 1):
            known[submission.key] = alone(exercise, submission)
            if path and number % KEEP_EVERY == 0:
                keep(known, path)
            print(f"\rreference {number} of {len(lacking)} ", end="", file=sys.stderr, flush=True)
    finally:
        if path:
            keep(known, path)
    if lacking:
        print(file=sys.stderr)
    return [known[submission.key] for submission in chosen]


def alone(exercise: Loaded, submission: Mixed) -> Verdict:
    """The verdict on a submission that has a fresh process to itself; behind a wall, if it is hostile.

    Raises:
      SystemExit: if there is no wall here.
    """
    if submission.kind != "hostile":
        return verdict_of(exercise, submission, FreshRunner())
    with WarmRunner() as runner:
        if runner.isolation.level == "none":
            raise SystemExit("hostile submissions are not run here: the isolation level is none; see grader doctor")
        return verdict_of(exercise, submission, runner)


def keep(known: dict[str, Verdict], path: Path) -> None:
    """Writes the file in one step."""
    new = path.with_suffix(path.suffix + ".new")
    new.write_text(json.dumps(known, indent=0, sort_keys=True), "utf-8")
    new.replace(path)


def differences(chosen: list[Mixed], expected: list[Verdict], got: list[Verdict]) -> int:
    """Prints where verdicts differ, and what they were; returns how many do."""
    print("   ", dict(Counter(f"{m.kind}: {v['outcome']}" for m, v in zip(chosen, got, strict=True))))
    differing = [pair for pair in zip(chosen, expected, got, strict=True) if pair[1] != pair[2]]
    for submission, want, found in differing:
        print(f"  DIFFERS  {submission.kind} {submission.name}\n    alone: {want}\n    here:  {found}")
    return len(differing)


def memory(when: str, runner: WarmRunner) -> str:
    """Resident memory of the grader and of the warm process."""
    warm = f"{resident(runner.pid):.0f}" if runner.pid else "-"
    return f"resident {when}: grader {resident(os.getpid()):.0f} MiB, warm process {warm} MiB"


def resident(pid: int) -> float:
    """Resident memory in MiB; 0 where there is no such process."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * PAGE / 2**20
    except OSError:
        return 0.0


def processes_left(own: set[int | None]) -> list[str]:
    """Every process below this one but its own: zombies and what came home when its parent ended."""
    deadline = time.monotonic() + LEAVING
    left: set[int] = set()
    while (left := descendants(os.getpid()) - own) and time.monotonic() < deadline:
        time.sleep(0.05)
    return [_described(pid) for pid in sorted(left)]


def _described(pid: int) -> str:
    stat = ""
    with suppress(OSError):  # gone meanwhile
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    name, state = stat.partition("(")[2].rpartition(")")[0], stat.rpartition(")")[2].split()[:1]
    return f"{pid} {name} ({'zombie' if state == ['Z'] else 'alive' if state else 'gone since'})"


@contextmanager
def own_temporary_folder() -> Iterator[Path]:
    """All temporary things in a folder of their own, and all orphans below this process, so that both can be seen."""
    before = tempfile.tempdir
    prctl(_SET_CHILD_SUBREAPER, 1)
    with tempfile.TemporaryDirectory(prefix="grader-mixed-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        tempfile.tempdir = folder
        try:
            yield Path(folder)
        finally:
            tempfile.tempdir = before


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Mixed submissions through one warm runner.")
    parser.add_argument("--count", type=_positive, default=300, help="how many submissions")
    parser.add_argument("--reference", type=Path, help="JSON file that keeps the verdicts of submissions run alone")
    parser.add_argument("--seed", type=int, default=0, help="of the mixture")
    parser.add_argument("--time-limit", type=float, default=6.0, help="seconds, at the most, for a hostile submission")
    parser.add_argument("--fill", action=argparse.BooleanOptionalAction, default=True, help="fill the compile cache")
    return parser.parse_args()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
