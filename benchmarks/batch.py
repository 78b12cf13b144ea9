"""A class of any size, graded by ``grader batch`` as it is used: submissions a minute, CPU, memory.

    python benchmarks/batch.py --students 200 --jobs 2

The class is made anew, the same for the same ``--seed``: half of it right (the exercise's right variants and
``submissions/``), a third wrong in every known way (the exercise's misconceptions that are programs, what lies in
``tests/grader/wrong_submissions``, and slips in right programs), the rest hostile (``tests/attacks``, as far as they
need nothing filled in), empty, the starter, in a wrong encoding, or word for word a neighbour's. Every program but the
neighbours' is a text of its own.

What is measured is the command, from its start to its end, start of the warm process, its wall's trial and the filling
of its compile cache included; then the same command once more, which has nothing to run. CPU and memory are of the
command and all that it started, looked at twenty times a second: what a process uses after the last look is missed, and
memory is the highest sum of proportional shares (Pss), in which a shared page counts once. Hostile programs only ever
run behind the wall: where its level is "none" the command runs nothing, and this ends.
"""

import argparse
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

from mixed_submissions import SLIPS, SUBMISSIONS, changed, hostile

from exercises.loader import Loaded, load
from grader.batch.basis import versions
from grader.batch.read import read_batch
from grader.redteam import descendants

WRONG = Path(__file__).parents[1] / "tests" / "grader" / "wrong_submissions"
TICK = 0.05


def main() -> int:
    """Measures and prints."""
    options = _options()
    exercise = load(options.exercise)
    chance = random.Random(options.seed)  # noqa: S311 - a mixture
    print(f"{platform.machine()}, {os.cpu_count()} CPUs, load average {os.getloadavg()[0]:.1f};", end=" ")
    print(", ".join(f"{name} {number}" for name, number in versions().items()))
    with tempfile.TemporaryDirectory(prefix="grader-class-") as folder:
        submissions, out = Path(folder, "class"), Path(folder, "out")
        kinds = write_class(exercise, submissions, options.students, chance)
        print(f"{options.students} students:", ", ".join(f"{number} {kind}" for kind, number in kinds.items()))
        arguments = ["batch", exercise.slug, str(submissions), "--out", str(out), "--jobs", str(options.jobs)]
        for what in ("graded", "again, unchanged"):
            code = measured(what, arguments, options.students)
            if code not in (0, 3):
                return code
        outcomes = Counter(f"{student_kind(g.student)}: {g.report.outcome}" for g in read_batch(out).grades)
        print(", ".join(f"{name} {number}" for name, number in sorted(outcomes.items())))
        fooled = outcomes["hostile: right"] + outcomes["unreadable: right"] + outcomes["right: wrong"]
    print(f"load average {os.getloadavg()[0]:.1f}")
    return int(bool(fooled))


def measured(what: str, arguments: list[str], students: int) -> int:
    """Runs the command once and prints what it took; returns its exit code."""
    began, highest, looks, used = time.monotonic(), 0.0, 0, {}
    process = subprocess.Popen([sys.executable, "-m", "grader", *arguments], stdout=subprocess.PIPE, text=True)  # noqa: S603
    while process.poll() is None:
        pids = {process.pid, *descendants(process.pid)}
        used |= {pid: seconds for pid in pids if (seconds := cpu(pid)) is not None}
        if looks % 10 == 0:
            highest = max(highest, sum(share(pid) for pid in pids))
        looks += 1
        time.sleep(TICK)
    seconds, total = time.monotonic() - began, sum(used.values())
    print(
        f"{what}: {seconds:.1f} s, {60 * students / seconds:.0f} submissions a minute; "
        f"CPU {total:.1f} s, {total / students:.2f} s a submission; "
        f"memory {highest:.0f} MiB at the most; exit code {process.returncode}"
    )
    print(process.stdout.read().rstrip() if process.stdout else "")
    return process.returncode


def cpu(pid: int) -> float | None:
    """Seconds of CPU that a process has used; None for one that is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def share(pid: int) -> float:
    """Memory in MiB, a page that several processes share divided among them; 0 for a process that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def write_class(exercise: Loaded, folder: Path, count: int, chance: random.Random) -> dict[str, int]:
    """Writes a class's files; returns how many there are of each kind."""
    folder.mkdir()
    shares = {"right": 0.5, "wrong": 0.34, "hostile": 0.08, "unreadable": 0.04}
    numbers = {kind: int(share * count) for kind, share in shares.items()}
    numbers["duplicate"] = count - sum(numbers.values())
    made: dict[str, Callable[[], Iterator[bytes]]] = {
        "right": lambda: _changed(right(exercise)),
        "wrong": lambda: _changed(wrong(exercise, chance)),
        "hostile": lambda: _shuffled([attack.content for attack in hostile(6.0)], chance),
        "unreadable": lambda: cycle((b"", exercise.starter.encode(), "# \u00e9".encode("latin-1"), b"\0" * 99)),
        "duplicate": lambda: cycle((exercise.solution.encode(),)),
    }
    for kind, number in numbers.items():
        for at, content in enumerate(islice(made[kind](), number)):
            (folder / f"{kind}_{at:05}.py").write_bytes(content)
    return numbers


def student_kind(student: str) -> str:
    """What a student was meant to be."""
    return student.partition("_")[0]


def right(exercise: Loaded) -> list[str]:
    """Programs that are right."""
    own = [path.read_text("utf-8") for path in sorted(SUBMISSIONS.glob("right_*.py"))]
    return [*own, *(variant.source for variant in exercise.spec.right_variants)]


def wrong(exercise: Loaded, chance: random.Random) -> list[str]:
    """Programs that are wrong, or mean to be: a slip may be harmless."""
    texts = [path.read_text("utf-8") for path in sorted(WRONG.glob("*.py"))]
    named = [text for text in texts if re.search(rf"^# exercise: .*\b{exercise.slug}\b", text, re.MULTILINE)]
    programs = [misconception.source for misconception in exercise.spec.misconceptions if misconception.source]
    slips = [text.replace(old, new) for text in right(exercise) for old, new in SLIPS if old in text]
    chance.shuffle(slips)
    return [*named, *programs, *slips]


def _changed(texts: list[str]) -> Iterator[bytes]:
    """The programs over and over, each time in another text."""
    return (changed(text, number).encode() for number, text in enumerate(cycle(texts)))


def _shuffled(contents: list[bytes], chance: random.Random) -> Iterator[bytes]:
    chance.shuffle(contents)
    return cycle(contents)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A class, graded by grader batch.")
    parser.add_argument("--students", type=int, default=200, help="how many; 25 at the least")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="programs run at a time")
    parser.add_argument("--exercise", default="group_norm_1d", help="whose right variants make half of the class")
    parser.add_argument("--seed", type=int, default=0, help="of the mixture")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
