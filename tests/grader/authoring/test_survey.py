import dataclasses

import pytest

from grader.authoring.survey import survey
from grader.course import Misconception, RightVariant
from grader.course.loader import load

EXERCISE = load("group_norm_1d")
NOT_RIGHT = RightVariant(name="not_right", source=EXERCISE.solution.replace("self.eps)", "1e-5)"))
BROKEN = RightVariant(name="broken", source=EXERCISE.solution.replace("x.shape[-1]", "int(x[0])"))
HARMLESS = Misconception(name="harmless", title="right", text="?")


@pytest.fixture(scope="module")
def surveyed():
    cases = tuple(case for case in EXERCISE.spec.cases if case.x.shape == (6,) or "variance" in case.name)
    spec = dataclasses.replace(
        EXERCISE.spec,
        cases=cases,
        misconceptions=(*EXERCISE.spec.misconceptions[:2], HARMLESS),
        right_variants=(NOT_RIGHT, BROKEN),
    )
    told = []
    found = {w.row.name: w for w in survey(dataclasses.replace(EXERCISE, spec=spec), range(3, 6), told.append)}
    return found, told


def test_what_is_wrong_at_any_seed_is_found(surveyed):
    found, _ = surveyed
    assert (found["solution"].failures, found["solution"].passed) == (0, 0)
    assert (found["not_right"].failures, found["not_right"].passed) == (3, 3)
    assert (found["broken"].failures, found["broken"].passed) == (3, 3)
    assert (found["harmless"].failures, found["harmless"].passed) == (3, 3)
    assert (found["missing_root"].failures, found["missing_root"].passed) == (0, 0)
    assert all(w.seed in (3, 4, 5) for w in found.values())


def test_the_progress_grows_to_all(surveyed):
    _, told = surveyed
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) == 3 * (1 + 3)
