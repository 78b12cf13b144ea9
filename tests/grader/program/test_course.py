"""The course's own programs: the idea agrees with the exercise's reference, and rounding stays within the tolerance.

The reference, the solution and this evaluation are independent texts.
"""

import json

import numpy as np
import pytest

from grader.course import Gradient, Residuals, Sent, Value
from grader.course.loader import load_all
from grader.judge.comparison import beside, float64_arrays
from grader.plan.cases import make_plan
from grader.program.count import residual_bytes, sent_bytes
from grader.program.decode import decode
from grader.program.evaluate import evaluate
from grader.program.program import Refusal
from grader.worker import devices, entries, jaxpr_trace, program_trace

COURSE = load_all()
FILE = "submission.py"
FEW = 5  # of so many programs, one
IDEA = 1e-9  # of the largest expected value
# Their variance in float64 is a difference of large squares, as it is in float32: only decimals show that it is right.
CANCELS = {("stable_variance", "squares_in_two_floats")}
# Entries that may be written in NumPy, and programs of theirs that JAX traces nevertheless.
NUMPY = {"group_norm_channels_first": 5, "repair_moments": 1}


def programs(exercise):
    yield "solution", exercise.solution
    for variant in exercise.spec.right_variants:
        yield variant.name, variant.source


def entry_of(source, spec):
    namespace = {"__name__": "submission"}
    exec(compile(source, FILE, "exec"), namespace)
    return entries.find(namespace, {"name": spec.entry.name, "kind": spec.entry.kind, "arrays": spec.entry.arrays})


def program_of(entry, case):
    body, arrays = case.message()
    forms = {name: (array.dtype.name, array.shape) for name, array in arrays.items()}
    return decode(json.loads(json.dumps(program_trace.program(entry, body, forms, FILE), allow_nan=False)))


def compared(program, spec, case, held):
    reference = case.case.check.expected(spec.reference)
    given = {**case.parameters, "x": case.x, "cotangent": case.cotangent}
    found = evaluate(program, {name: given[name] for name in program.arguments}, held=held)
    if held == "decimal":
        found = {name: array.astype(np.float64) if array.dtype == object else array for name, array in found.items()}
    return beside(0, case, reference, found, float64_arrays(case, reference))


def check(exercise, name, source):
    """Compares the program in every case that looks at values; returns whether it traced."""
    spec, entry = exercise.spec, entry_of(source, exercise.spec)
    cases = [case for case in make_plan(exercise, seed=3).cases if isinstance(case.case.check, Value | Gradient)]
    for case in cases:
        program = program_of(entry, case)
        if isinstance(program, Refusal):
            assert (spec.entry.arrays, program.kind in ("numpy", "number")) == ("numpy", True), (name, program)
            return False
        held = "decimal" if (exercise.slug, name) in CANCELS else "float64"
        exact, written = compared(program, spec, case, held), compared(program, spec, case, "written")
        allowed = IDEA * max(np.abs(exact.expected).max(), np.finfo(float).tiny)
        np.testing.assert_allclose(exact.got, exact.expected, rtol=0, atol=allowed, err_msg=f"{name}: {case.case.name}")
        assert written.margins.max(initial=0.0) <= 1, (name, case.case.name)
    return bool(cases)


def test_a_solution_as_idea_and_as_written():
    exercise = next(e for e in COURSE if e.slug == "group_norm_1d")
    assert check(exercise, "solution", exercise.solution)


@pytest.mark.full
@pytest.mark.parametrize("exercise", COURSE, ids=lambda e: e.slug)
def test_right_programs_as_idea_and_as_written(exercise, request):
    """A few of each exercise, on request every one; the author's proof evaluates them all in situations."""
    if exercise.spec.entry.kind == "training":
        pytest.skip("a training is no function of arrays")
    every = request.config.getoption("--every-wrong-submission")
    given = enumerate(programs(exercise))
    chosen = [one for n, one in given if every or n % FEW == 0 or (exercise.slug, one[0]) in CANCELS]
    traced = [check(exercise, name, source) for name, source in chosen]
    assert all(traced) or (exercise.slug in NUMPY and sum(traced) >= (NUMPY[exercise.slug] if every else 0))


@pytest.mark.parametrize("exercise", [e for e in COURSE if e.slug in ("sharded_group_norm", "group_norm_gradient")])
def test_what_is_counted_is_what_the_worker_measures(exercise):
    entry = entry_of(exercise.solution, exercise.spec)
    seen = 0
    for case in make_plan(exercise, seed=3).cases:
        body, arrays = case.message()
        if not isinstance(case.case.check, Residuals | Sent):
            continue
        call, program = entries.prepared(entry, body, arrays), program_of(entry, case)
        if isinstance(case.case.check, Sent):
            assert sent_bytes(program) == devices.sent_bytes(call.apply, call.variables, call.x) > 0
        else:
            counted = residual_bytes(program, frozenset(case.parameters))
            assert 0 < counted <= jaxpr_trace.residual_bytes(call.apply, call.variables, call.x)
        seen += 1
    assert seen
