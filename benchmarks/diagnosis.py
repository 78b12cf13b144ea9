"""What the diagnosis adds to a verdict: the same wrong and right programs with it and without, interleaved.

    python benchmarks/diagnosis.py --rounds 3

Without means: answers are judged and the report is made, but no misconception is tried, no program is traced and no
error map is made. Both run in one warm grader, one right after the other, and take turns at being first.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np
from grader_latency import machine

from grader import pipeline
from grader.course.loader import load
from grader.reports import as_json
from grader.sandbox.warm import WARM_HERE, WarmRunner
from grader.sandbox.warming import programs

WRONG = sorted((Path(__file__).parents[1] / "tests" / "data" / "wrong_submissions").glob("*.py"))
RIGHT = sorted(Path(__file__).with_name("submissions").glob("right_*.py"))
PAUSE = 0.4  # seconds in which the warm grader gets its next fork ready


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Seconds that the diagnosis adds.")
    parser.add_argument("--rounds", type=int, default=3, help="how often each program is graded in each way")
    parser.add_argument("--every", type=int, default=1, help="2 takes every second wrong program, and so on")
    options = parser.parse_args()
    if not WARM_HERE:
        print("NOTHING WAS MEASURED: the warm grader needs Linux")
        return 1
    print(machine())
    chosen = [(path, _exercise(path), "wrong") for path in WRONG[:: options.every]] + [
        (path, "group_norm_1d", "right") for path in RIGHT
    ]
    loaded = {slug: load(slug) for _, slug, _ in chosen}
    added: dict[str, list[float]] = {"wrong": [], "right": []}
    with WarmRunner() as runner:
        for exercise in loaded.values():
            runner.fill(programs(exercise))
        for number, (path, slug, outcome) in enumerate(chosen):
            seconds: dict[bool, list[float]] = {True: [], False: []}
            for turn in range(2 * options.rounds):
                diagnosed = (turn + number) % 2 == 0
                time.sleep(PAUSE)
                with _nothing_more() if not diagnosed else _as_it_is():
                    began = time.perf_counter()
                    report = pipeline.check_file(loaded[slug], path, seed=1, runner=runner)
                    as_json.render(report)
                seconds[diagnosed].append(time.perf_counter() - began)
                if report.outcome != outcome:
                    print(f"\nNOTHING WAS MEASURED: {path.name} is {report.outcome}, not {outcome}")
                    return 1
            added[outcome].append(float(np.median(seconds[True]) - np.median(seconds[False])))
            print(f"\r{number + 1} of {len(chosen)} ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for outcome, differences in added.items():
        median, most = np.median(differences), np.percentile(differences, 95)
        print(f"{outcome}: {len(differences)} programs, the diagnosis adds {median:.3f} s (median), {most:.3f} s (p95)")
    print(f"load average now {os.getloadavg()[0]:.1f}")
    return 0


@contextmanager
def _nothing_more() -> Iterator[None]:
    """Verdicts alone."""
    names = ("_diagnoses", "_departure", "_error_map", "case_to_trace")
    values = ({}, None, None, None)
    with mock.patch.multiple(pipeline, **{n: mock.Mock(return_value=v) for n, v in zip(names, values, strict=True)}):
        yield


@contextmanager
def _as_it_is() -> Iterator[None]:
    yield


def _exercise(path: Path) -> str:
    return path.read_text("utf-8").splitlines()[0].removeprefix("# exercise: ")


if __name__ == "__main__":
    sys.exit(main())
