"""Seconds that a warm grader takes for each exercise's reference solution, and what they go into.

    python benchmarks/course.py --rounds 7

The exercises take turns, so that whatever slows the machine slows all of them; a round grades every solution once, with
a line added to it, behind the wall. The compile cache is filled as in use: with the solution and the usual operations.
Printed are the median, the least and the greatest of the rounds, how many cases there are, and the verdict, which must
be right with all points: a solution that is not ends the benchmark.
"""

import argparse
import os
import statistics
import sys
import time
from itertools import islice

from grader_latency import machine

from grader.course.loader import Loaded, load_all
from grader.pipeline import grade
from grader.sandbox.warm import WARM_HERE, WarmRunner
from grader.sandbox.warming import programs
from grader.submission.reading import Submission

FILLED = 2  # programs an exercise, as grader watch does


def main() -> int:
    """Measures and prints."""
    options = _options()
    if not WARM_HERE:
        print("The warm runner needs Linux: nothing is measured.")
        return 1
    print(machine())
    course = [exercise for exercise in load_all() if not options.exercises or exercise.slug in options.exercises]
    seconds: dict[str, list[float]] = {exercise.slug: [] for exercise in course}
    with WarmRunner() as runner:
        print(f"isolation level {runner.isolation.level}")
        for exercise in course:
            runner.fill(list(islice(programs(exercise), FILLED)))
        for _ in range(options.rounds):
            for exercise in course:
                seconds[exercise.slug].append(_graded(exercise, runner))
    print(f"\n{'exercise':28}{'cases':>6}{'median s':>10}{'least':>8}{'most':>8}")
    for exercise in course:
        times = seconds[exercise.slug]
        numbers = f"{statistics.median(times):10.2f}{min(times):8.2f}{max(times):8.2f}"
        print(f"{exercise.slug:28}{len(exercise.spec.cases):6}{numbers}")
    print(f"\nload averages {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    return 0


def _graded(exercise: Loaded, runner: WarmRunner) -> float:
    """One verdict; the runner has made its next fork ready."""
    submission = Submission(name="solution.py", source=f"{exercise.solution}\n# {time.monotonic_ns()}\n")
    began = time.monotonic()
    report = grade(exercise, submission, seed=1, runner=runner)
    took = time.monotonic() - began
    if report.outcome != "right" or report.score != report.max_score:
        sys.exit(f"the solution of {exercise.slug} is {report.outcome}: nothing is measured")
    return took


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("exercises", nargs="*", help="slugs; all by default")
    parser.add_argument("--rounds", type=int, default=7)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
