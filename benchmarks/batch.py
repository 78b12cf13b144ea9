"""A class of any size, graded by ``grader batch`` as it is used, and beside it by otter: rate, CPU, memory.

    python benchmarks/batch.py --students 1000 --otter 30 --kills 20 --dask --json results.json

What is measured is the command, from its start to its end: the start of the warm process, its wall's trial and the
filling of its compile cache included; then the same command once more, which has nothing to run. CPU and memory are of
the command and all that it started, looked at twenty times a second: what a process uses after the last look is missed,
and memory is the highest sum of proportional shares (Pss), in which a shared page counts once. Hostile programs only
ever run behind the wall: where its level is "none" the command runs nothing, and this ends.

otter is given some of the same files, of the right and the wrong ones alone, as many at a time as ours: half of them
before our run and half after it, so that a machine that slows down slows both.

``--kills N`` grades a smaller class once unbroken and once killed with SIGKILL at N random moments and resumed each
time, and compares the gradebooks verdict by verdict. ``--dask`` grades the whole class again at two Dask workers, and
compares too. The exit code is 1 if a verdict differs, or a hostile program is called right.
"""

import argparse
import json
import os
import platform
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

from class_maker import student_kind, write_class
from peers import PEERS, BenchmarkError, Prepared

from grader.authoring.redteam import descendants
from grader.classroom.digests import versions
from grader.classroom.gradebook import NAME
from grader.classroom.load_results import read_batch
from grader.classroom.results import Grade
from grader.course.loader import Loaded, load

TICK = 0.05
OTTER = next(peer for peer in PEERS if peer.name == "otter")
Results = dict[str, Any]


def main() -> int:
    """Measures and prints."""
    options = _options()
    exercise = load(options.exercise)
    chance = random.Random(options.seed)
    machine = f"{platform.machine()}, {os.cpu_count()} CPUs"
    print(f"{machine}, load average {os.getloadavg()[0]:.1f};", end=" ")
    print(", ".join(f"{name} {number}" for name, number in versions().items()))
    results: Results = {"machine": machine, "versions": versions(), "students": options.students, "jobs": options.jobs}
    with tempfile.TemporaryDirectory(prefix="grader-class-") as name:
        folder = Path(name)
        kinds = write_class(exercise, folder / "class", options.students, chance)
        print(f"{options.students} students:", ", ".join(f"{number} {kind}" for kind, number in kinds.items()))
        sample = _sample(folder / "class", options.otter, chance)
        before = otter(exercise, sample[::2], folder / "before", options.jobs)
        command = ["batch", exercise.slug, str(folder / "class"), "--seed", "1", "--jobs", str(options.jobs)]
        code, results["graded"] = measured("graded", [*command, "--out", str(folder / "out")], options.students)
        if code not in (0, 3):
            return code
        _, results["again"] = measured("again, unchanged", [*command, "--out", str(folder / "out")], options.students)
        after = otter(exercise, sample[1::2], folder / "after", options.jobs)
        faults = _told(folder / "out")
        _compared(results, [*before, *after], options.jobs)
        if options.dask:
            by_dask = [*command, "--engine", "dask", "--out", str(folder / "dask")]
            _, results["dask"] = measured("at Dask workers", by_dask, options.students)
            faults += differing("at Dask workers", folder / "out", folder / "dask")
        if options.kills:
            faults += killed(exercise, folder, options, results)
    print(f"load average {os.getloadavg()[0]:.1f}")
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    return int(bool(faults))


def measured(what: str, arguments: list[str], students: int) -> tuple[int, Results]:
    """Runs the command once and prints what it took; returns its exit code, and that in numbers."""
    began, highest, looks, used = time.monotonic(), 0.0, 0, {}
    process = subprocess.Popen([sys.executable, "-m", "grader", *arguments], stdout=subprocess.PIPE, text=True)
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
    print(process.stdout.read().rstrip() if process.stdout else "", flush=True)
    return process.returncode, {"seconds": seconds, "cpu_seconds": total, "memory_mib": highest}


def otter(exercise: Loaded, files: list[Path], folder: Path, jobs: int) -> list[float]:
    """Seconds that each file's share of otter's run took: the whole run's, over the files."""
    if not files:
        return []
    if OTTER.missing:
        print(f"otter is left out; not installed: {', '.join(OTTER.missing)}")
        return []
    prepared = Prepared(OTTER, exercise, folder, seed=1, cache=False)
    began, failed = time.monotonic(), 0

    def one(path: Path) -> int:
        try:
            prepared.grade(path)
        except BenchmarkError:  # a file that otter gives up on takes its time too
            return 1
        return 0

    with ThreadPoolExecutor(jobs) as pool:
        failed = sum(pool.map(one, files))
    took = time.monotonic() - began
    print(f"otter: {len(files)} files in {took:.1f} s, {failed} without a report", flush=True)
    return [took / len(files)] * len(files)


def killed(exercise: Loaded, folder: Path, options: argparse.Namespace, results: Results) -> int:
    """Grades a class unbroken, and killed at random moments; returns how many verdicts differ."""
    chance = random.Random(options.seed + 1)
    write_class(exercise, folder / "killed class", options.kill_students, chance)
    command = ["batch", exercise.slug, str(folder / "killed class"), "--seed", "1", "--jobs", str(options.jobs)]
    measured("a smaller class, unbroken", [*command, "--out", str(folder / "unbroken")], options.kill_students)
    most, out = _verdicts(folder / "unbroken" / NAME), folder / "killed"
    moments = sorted(chance.sample(range(1, most), options.kills))
    for moment in moments:
        process = subprocess.Popen(  # our own command
            [sys.executable, "-m", "grader", *command, "--out", str(out)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while _verdicts(out / NAME) < moment and process.poll() is None:
            time.sleep(TICK)
        time.sleep(chance.uniform(0, 0.5))
        process.kill()
        process.wait()
    print(f"killed {len(moments)} times, at {', '.join(map(str, moments))} verdicts of {most}")
    measured("resumed for the last time", [*command, "--out", str(out)], options.kill_students)
    results["kills"] = len(moments)
    return differing("after all kills", folder / "unbroken", out)


def differing(what: str, one: Path, other: Path) -> int:
    """Prints which students' verdicts differ between two gradebooks; returns how many.

    A hostile program may race with the grader, and be stopped in one case or the next: there only the outcome counts.
    """
    first, second = ({g.student: _compared_parts(g) for g in read_batch(path).grades} for path in (one, other))
    names = [name for name in {**first, **second} if first.get(name) != second.get(name)]
    print(f"{what}: {len(names)} of {len(first)} verdicts differ", *names, sep="\n  ", flush=True)
    return len(names)


def _compared_parts(grade: Grade) -> tuple[object, ...]:
    report = grade.report
    if student_kind(grade.student) == "hostile":
        return (report.outcome,)
    return report.outcome, report.score, [(case.name, case.outcome, case.diagnosis) for case in report.cases]


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


def _sample(folder: Path, count: int, chance: random.Random) -> list[Path]:
    """Files for otter, right and wrong in the class's proportion; it has no wall for the hostile ones."""
    files = [path for path in sorted(folder.iterdir()) if student_kind(path.stem) in ("right", "wrong")]
    return chance.sample(files, min(count, len(files)))


def _compared(results: Results, otter_seconds: list[float], jobs: int) -> None:
    """Prints the rates side by side."""
    ours = results["graded"]["seconds"] / results["students"]
    if otter_seconds:
        theirs = sum(otter_seconds) / len(otter_seconds)
        results["otter"] = {"files": len(otter_seconds), "seconds_a_file": theirs}
        print(f"\n{'':28}{'submissions a minute':>22}\nours, {jobs} at a time{60 / ours:>31.1f}")
        print(f"otter, {jobs} at a time{60 / theirs:>30.1f}\nratio{theirs / ours:>45.1f}", flush=True)


def _told(out: Path) -> int:
    """Prints what became of each kind; returns how many hostile or unreadable files are right, and right ones wrong."""
    outcomes = Counter(f"{student_kind(g.student)}: {g.report.outcome}" for g in read_batch(out).grades)
    print(", ".join(f"{name} {number}" for name, number in sorted(outcomes.items())), flush=True)
    return outcomes["hostile: right"] + outcomes["unreadable: right"] + outcomes["right: wrong"]


def _verdicts(gradebook: Path) -> int:
    if not gradebook.exists():
        return 0
    try:
        with closing(sqlite3.connect(gradebook, timeout=60)) as db:
            return db.execute("SELECT count(*) FROM verdict").fetchone()[0]
    except sqlite3.OperationalError:
        return 0  # its tables are yet to be made


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A class, graded by grader batch.")
    parser.add_argument("--students", type=int, default=200, help="how many; 25 at the least")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="programs run at a time")
    parser.add_argument("--exercise", default="group_norm_1d", help="whose right variants make half of the class")
    parser.add_argument("--seed", type=int, default=0, help="of the mixture")
    parser.add_argument("--otter", type=int, default=0, metavar="N", help="files that otter grades too")
    parser.add_argument("--kills", type=int, default=0, metavar="N", help="moments at which another batch is killed")
    parser.add_argument("--kill-students", type=int, default=100, help="the class of that other batch")
    parser.add_argument("--dask", action="store_true", help="grade the class again at two Dask workers")
    parser.add_argument("--json", type=Path, help="where the numbers go")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
