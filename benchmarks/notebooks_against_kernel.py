"""Does the grader call right what a real kernel does? Notebooks of right programs, with cells around them.

    python benchmarks/notebooks_against_kernel.py --notebooks 1000 --in-kernel 100

Each notebook holds a right program of some exercise, among cells that bind its local names, train, plot, fail, load
files or compare with Flax (cells and generator are those of ``tests/grader/submission/test_program.py``). All are
graded. A sample for ``group_norm_1d`` also runs in a Jupyter kernel, cell by cell, past cells that fail, as after "run
all" with errors allowed, and the kernel's entry is compared with the reference there. Exit code 1 if the grader rejects
one, or the kernel disagrees.
"""

import argparse
import random
import sys
import time
from pathlib import Path

import nbclient
import nbformat

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "grader"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "grader" / "submission"))
from notebooks import notebook
from test_program import BESIDE, local_names

import grader
from grader.sandbox.warm import WarmRunner
from grader.sandbox.warming import programs

KERNEL = "group_norm_1d"
PROBE = """
import numpy as _np
_x = _np.random.default_rng(7).normal(3.0, 2.0, (6, 12)).astype("float32")
_y = MyGroupNorm(num_groups=3).init_with_output(__import__("jax").random.key(0), _x)[0]
_g = _x.astype("float64").reshape(6, 3, 4)
_want = ((_g - _g.mean(-1, keepdims=True)) / _np.sqrt(_g.var(-1, keepdims=True) + 1e-5)).reshape(6, 12)
print("RIGHT" if _np.allclose(_y, _want, atol=1e-4) else "WRONG")
"""
CELL_SECONDS = 3  # a cell that takes longer is interrupted, as its author would


def main() -> int:
    """Grades and runs the notebooks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--notebooks", type=int, default=100)
    parser.add_argument("--in-kernel", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    exercises = [grader.load(slug) for slug in grader.exercises() if slug != "small_batch_classifier"]  # trains
    rejected, began = [], time.monotonic()
    with WarmRunner() as runner:
        for exercise in exercises:  # most of a program's time goes into compiling what the solution compiles, too
            runner.fill(list(programs(exercise))[:1])
        for number in range(options.notebooks):
            exercise = rng.choice(exercises)
            cells = _cells(exercise, rng)
            report = grader.grade_source(exercise, notebook(*cells).decode(), name="x.ipynb", runner=runner)
            if report.outcome != "right":
                rejected.append((exercise.slug, cells, grader.render(report, "terminal")[:500]))
            if number % 50 == 49:
                print(f"{number + 1} graded, {len(rejected)} rejected, {time.monotonic() - began:.0f} s", flush=True)
        for slug, cells, said in rejected[:10]:
            print("REJECTED", slug, cells, said, sep="\n")
        disagreeing = _in_kernel(options.in_kernel, runner, rng)
    print(f"{options.notebooks} notebooks graded with seed {options.seed}: {len(rejected)} right programs rejected")
    print(f"{options.in_kernel} run in a kernel: {disagreeing} disagree")
    return int(bool(rejected or disagreeing))


def _cells(exercise: grader.Loaded, rng: random.Random) -> list[str]:
    programs = [exercise.solution, *(variant.source for variant in exercise.spec.right_variants)]
    source = rng.choice(programs)
    names = local_names(source) or ["x"]
    around = [rng.choice(BESIDE).replace("NAME", rng.choice(names)) for _ in range(rng.randrange(1, 6))]
    at = rng.randrange(len(around) + 1)
    return [*around[:at], source, *around[at:]]


def _in_kernel(count: int, runner: WarmRunner, rng: random.Random) -> int:
    exercise, disagreeing = grader.load(KERNEL), 0
    client = nbclient.NotebookClient(
        nbformat.v4.new_notebook(), timeout=CELL_SECONDS, interrupt_on_timeout=True, allow_errors=True
    )
    with client.setup_kernel():
        _execute(client, "import jax, flax.linen")
        for number in range(count):
            cells = _cells(exercise, rng)
            _execute(client, "%reset -f")
            for cell in cells:
                _execute(client, cell)
            real = "RIGHT" in _execute(client, PROBE, seconds=60)
            report = grader.grade_source(exercise, notebook(*cells).decode(), name="x.ipynb", runner=runner)
            if real != (report.outcome == "right"):
                disagreeing += 1
                print("DISAGREE: the kernel says", real, "the grader", report.outcome, cells)
            if number % 10 == 9:
                print(f"{number + 1} run in the kernel, {disagreeing} disagree", flush=True)
    return disagreeing


def _execute(client: nbclient.NotebookClient, source: str, seconds: int = CELL_SECONDS) -> str:
    client.timeout = seconds
    client.nb.cells = [nbformat.v4.new_code_cell(source)]
    cell = client.execute_cell(client.nb.cells[0], 0)
    return "".join(output.get("text", "") for output in cell.outputs)


if __name__ == "__main__":
    sys.exit(main())
