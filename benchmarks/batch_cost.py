"""What a class of 10^2 to 10^5 costs, from one run of ``batch.py`` and a stated model: a figure and a table.

    python benchmarks/batch.py --students 1000 --json results.json && python benchmarks/batch_cost.py results.json

The model: seconds = start + texts * seconds a text / workers + students * the coordinator's seconds a student. The
start and the coordinator's share are measured by the run that has nothing to grade, whose cost is the command's own and
grows with the class; the seconds a text are what is left of the graded run. A worker is one job on a core of the kind
that was measured.
"""

import argparse
import json
import sys
from pathlib import Path

SIZES = (100, 1_000, 10_000, 100_000)
WORKERS = (2, 16, 128)
COMMAND = 1.0  # seconds of the command that nothing of the class has a part in: Python and imports


def main() -> int:
    """Prints the table, and writes the figure where that is asked for."""
    options = _options()
    results = json.loads(options.results.read_text("utf-8"))
    students, jobs = results["students"], results["jobs"]
    each = max(0.0, results["again"]["seconds"] - COMMAND) / students
    text = (results["graded"]["seconds"] - results["again"]["seconds"]) * jobs / students
    print(f"{results['machine']}; {', '.join(f'{n} {v}' for n, v in results['versions'].items())}")
    print(f"{text:.2f} s a text at one worker, {1000 * each:.1f} ms a student at the coordinator")
    print(f"\n{'students':>10}" + "".join(f"{f'{n} workers':>16}" for n in WORKERS))
    rows = {n: [cost(size, n, text, each) for size in SIZES] for n in WORKERS}
    for at, size in enumerate(SIZES):
        print(f"{size:>10,}" + "".join(f"{_shown(rows[n][at]):>16}" for n in WORKERS))
    if options.figure:
        _drawn(rows, students, results["graded"]["seconds"], jobs, options.figure)
    return 0


def cost(students: int, workers: int, text: float, each: float) -> float:
    """Seconds for a class, by the model."""
    return COMMAND + students * text / min(workers, students) + students * each


def _shown(seconds: float) -> str:
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def _drawn(rows: dict[int, list[float]], students: int, seconds: float, jobs: int, path: Path) -> None:
    import matplotlib as mpl  # for the figure alone

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "batch_cost"  # the same numbers, the same bytes
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    for workers, found in rows.items():
        axes.loglog(SIZES, [one / 60 for one in found], marker=".", label=f"{workers} workers")
    axes.loglog([students], [seconds / 60], "k*", markersize=10, label=f"measured, {jobs} at a time")
    axes.set(xlabel="submissions", ylabel="minutes", title="grader batch: measured at one size, the rest by the model")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend()
    figure.savefig(path, metadata={"Date": None})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("results", type=Path, help="JSON that batch.py wrote")
    parser.add_argument("--figure", type=Path, help="an SVG file to write")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
