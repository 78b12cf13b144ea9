import numpy as np
import pytest

from grader.authoring.trusted import TrustedProgram
from grader.course import Raises
from grader.course.loader import load
from grader.plan.cases import make_plan
from grader.sandbox.base import Request
from grader.sandbox.fresh import FreshRunner
from grader.submission.reading import Submission

EXERCISE = load("group_norm_1d")
PLAN = make_plan(EXERCISE, seed=1)


@pytest.mark.full
def test_a_program_answers_here_as_it_does_in_a_worker():
    solution = Submission(name="solution.py", source=EXERCISE.solution)
    run = FreshRunner().run(Request(plan=PLAN, submission=solution, solution=solution))
    program = TrustedProgram(EXERCISE.solution, EXERCISE.spec.entry)
    assert len(run.transcript.answers) == len(PLAN.cases)
    for index, case in enumerate(PLAN.cases):
        here, there = program.answer(case), run.transcript.answers[index]
        assert set(here.arrays) == set(there.arrays)
        assert (here.problem is None) == (there.problem is None) == (not isinstance(case.case.check, Raises))
        for name, array in here.arrays.items():
            np.testing.assert_array_equal(array, there.arrays[name])


def test_what_it_raises_is_its_answer():
    program = TrustedProgram(EXERCISE.starter, EXERCISE.spec.entry)
    answer = program.answer(PLAN.cases[0])
    assert answer.problem is not None
    assert (answer.problem.type, answer.problem.exception, answer.arrays) == ("NotImplementedError", True, {})
