"""Which of the course's programs trace and evaluate, whether the idea and the rounding come out, and in what time.

    python benchmarks/programs.py [EXERCISE ...]

All solutions, right variants and wrong submissions are traced in this process, each in every case that looks at values.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from grader.course import Exercise, Gradient, Value
from grader.course.loader import Loaded, load_all
from grader.judge.comparison import Values, beside, float64_arrays
from grader.plan.cases import PlannedCase, make_plan
from grader.program.decode import decode
from grader.program.evaluate import evaluate
from grader.program.program import Program, Refusal, Unevaluable

WRONG = Path(__file__).parents[1] / "tests" / "data" / "wrong_submissions"
FILENAME = "submission.py"
IDEA = 1e-9  # of the largest expected value


def traced(source: str, spec: Exercise, case: PlannedCase) -> tuple[Program | Refusal, float, float]:
    """The program as the judge reads it, and the milliseconds that tracing and reading took."""
    import jax

    from grader.worker import entries, program_trace

    jax.config.update("jax_platforms", "cpu")
    namespace: dict[str, object] = {"__name__": "submission"}
    exec(compile(source, FILENAME, "exec"), namespace)  # noqa: S102 - our own text
    wanted = {"name": spec.entry.name, "kind": spec.entry.kind, "arrays": spec.entry.arrays}
    entry = entries.find(namespace, wanted)
    body, arrays = case.message()
    start = time.perf_counter()
    sent = program_trace.program(entry, body, {n: (a.dtype.name, a.shape) for n, a in arrays.items()}, FILENAME)
    between = time.perf_counter()
    text = json.dumps(sent, allow_nan=False)
    found = decode(json.loads(text))
    return found, 1e3 * (between - start), 1e3 * (time.perf_counter() - between)


def looked_at(program: Program, spec: Exercise, case: PlannedCase, held: str) -> Values | None:
    """The program's values beside the exact ones."""
    reference = case.case.check.expected(spec.reference)
    if reference is None:
        return None
    arrays = float64_arrays(case, reference)
    given = {**case.parameters, "x": case.x, "cotangent": case.cotangent}
    answered = evaluate(program, {n: given[n] for n in program.arguments}, held=held)  # type: ignore[arg-type]
    return beside(-1, case, reference, answered, arrays)


def idea_error(values: Values | None) -> float:
    """The largest error of the idea, as a fraction of the largest expected value."""
    if values is None:
        return np.inf
    with np.errstate(all="ignore"):
        largest = max(np.abs(values.expected).max(initial=0), 1e-300)
        error = np.abs(values.got - values.expected).max(initial=0.0) / largest
    return float(np.nan_to_num(error, nan=np.inf))


@dataclass
class Row:
    """One kind of program of one exercise."""

    programs: int = 0
    traced: int = 0
    evaluated: int = 0
    idea_right: int = 0
    written_right: int = 0
    cases: int = 0
    trace_ms: float = 0.0
    decode_ms: float = 0.0
    evaluate_ms: float = 0.0
    worst: float = 0.0
    margin: float = 0.0
    why: Counter[str] = field(default_factory=Counter)
    beyond: list[str] = field(default_factory=list)

    def add(self, name: str, source: str, spec: Exercise, cases: list[PlannedCase]) -> None:
        """Traces and evaluates one program in every case."""
        self.programs += 1
        ok_trace = ok = idea = written = bool(cases)
        for case in cases:
            found, trace_ms, decode_ms = traced(source, spec, case)
            self.cases, self.trace_ms, self.decode_ms = (
                self.cases + 1,
                self.trace_ms + trace_ms,
                self.decode_ms + decode_ms,
            )
            if isinstance(found, Refusal):
                self.why[f"not traced: {found.kind}"] += 1
                ok_trace = ok = idea = written = False
                continue
            try:
                start = time.perf_counter()
                exact = looked_at(found, spec, case, "float64")
                self.evaluate_ms += 1e3 * (time.perf_counter() - start)
                rounded = looked_at(found, spec, case, "written")
            except Unevaluable as error:
                self.why[f"not evaluated: {error.primitive}, {error.reason}"] += 1
                ok = idea = written = False
                continue
            error, margin = idea_error(exact), np.inf if rounded is None else float(rounded.margins.max(initial=0.0))
            idea, written = idea and error <= IDEA, written and margin <= 1
            self.worst, self.margin = max(self.worst, error), max(self.margin, margin)
            if error > IDEA or margin > 1:
                self.beyond.append(f"{name}: {case.case.name}: idea {error:.1e}, margin {margin:.2g}")
        self.traced, self.evaluated = self.traced + ok_trace, self.evaluated + ok
        self.idea_right, self.written_right = self.idea_right + idea, self.written_right + written


def programs(exercise: Loaded) -> Iterator[tuple[str, str, str]]:
    """Kind, name and text of every program of an exercise."""
    yield "right", "solution", exercise.solution
    for variant in exercise.spec.right_variants:
        yield "right", variant.name, variant.source
    for path in sorted(WRONG.glob("*.py")):
        text = path.read_text("utf-8")
        if text.startswith(f"# exercise: {exercise.slug}\n"):
            yield "wrong", path.stem, text


def main() -> int:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exercise", nargs="*")
    parser.add_argument("--kind", choices=("right", "wrong"))
    asked = parser.parse_args()
    print(f"{'':34}programs traced evaluated idea written   cases  trace decode evaluate ms  worst idea  margin")
    for exercise in load_all():
        if asked.exercise and exercise.slug not in asked.exercise:
            continue
        cases = [c for c in make_plan(exercise, seed=0).cases if isinstance(c.case.check, Value | Gradient)]
        rows = {kind: Row() for kind in ("right", "wrong")}
        for kind, name, text in programs(exercise):
            if asked.kind in (None, kind):
                rows[kind].add(name, text, exercise.spec, cases)
        for kind, row in rows.items():
            n = max(row.cases, 1)
            print(
                f"{exercise.slug:27} {kind:5} {row.programs:8} {row.traced:6} {row.evaluated:9} {row.idea_right:4} "
                f"{row.written_right:7} {row.cases:7} {row.trace_ms / n:6.1f} {row.decode_ms / n:6.1f} "
                f"{row.evaluate_ms / n:8.1f}     {row.worst:10.1e} {row.margin:7.2g}"
            )
            for why, count in row.why.most_common():
                print(f"    {count} cases {why}")
            for line in row.beyond if kind == "right" else []:
                print(f"    beyond: {line}")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
