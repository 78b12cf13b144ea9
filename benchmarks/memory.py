"""Memory of the warm runner: of the grader, of the warm process, and what one child adds.

``python benchmarks/memory.py`` grades an exercise's right variants. It prints, in MiB, the resident memory of the
grader and of the warm process, and the peak private memory of each child: pages that it does not share with the warm
process, read from /proc/PID/smaps_rollup while it runs.
"""

import argparse
import os
import sys
import threading
import time
from importlib.metadata import version
from pathlib import Path

from grader.course.loader import load
from grader.pipeline import grade
from grader.sandbox.isolation.processes import descendants, status
from grader.sandbox.warm import WarmRunner
from grader.sandbox.warming import programs
from grader.submission.reading import Submission

MIB = 1 << 20


def resident(pid: int) -> float:
    """Resident memory in MiB; 0 for a process that is gone."""
    found = status(pid)
    return found.resident / MIB if found else 0.0


def private(pid: int) -> float:
    """Private memory in MiB; 0 for a process that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def watch(pid: int, highest: dict[int, float], done: threading.Event) -> None:
    """Notes the highest private memory of every process below the warm one."""
    while not done.is_set():
        for child in descendants(pid):
            highest[child] = max(highest.get(child, 0.0), private(child))
        time.sleep(0.01)


def main() -> None:
    """Measures and prints."""
    argparse.ArgumentParser(description="Memory of the grader, the warm process and its children.").parse_args()
    exercise = load("group_norm_1d")
    print(f"Python {sys.version.split()[0]}, jax {version('jax')}, {os.uname().machine}")
    with WarmRunner() as runner:
        runner.fill(programs(exercise))
        assert runner.pid
        before = resident(os.getpid()), resident(runner.pid)
        highest: dict[int, float] = {}
        done = threading.Event()
        watcher = threading.Thread(target=watch, args=(runner.pid, highest, done))
        watcher.start()
        for variant in exercise.spec.right_variants:
            report = grade(exercise, Submission(name="s.py", source=variant.source), seed=0, runner=runner)
            assert report.outcome == "right", variant.name
        done.set()
        watcher.join()
        after = resident(os.getpid()), resident(runner.pid)
    children = sorted(mib for mib in highest.values() if mib > 20)  # a supervisor has less
    print(f"grader {before[0]:.0f} MiB, afterwards {after[0]:.0f}")
    print(f"warm process {before[1]:.0f} MiB, afterwards {after[1]:.0f}")
    print(f"children, private: median {children[len(children) // 2]:.0f} MiB, highest {children[-1]:.0f}")


if __name__ == "__main__":
    main()
