import dataclasses
import math

import numpy as np
import pytest
from sampled import first

from grader.authoring import kill_matrix_table
from grader.authoring.kill_matrix import Cell, Row, right_row, wrong_rows
from grader.authoring.survey import Worst
from grader.course import Misconception, Parameters, Raises, Value
from grader.course.loader import load, load_all
from grader.findings.of_case import WrongShape
from grader.judge.comparison import Comparison
from grader.plan.cases import make_plan

EXERCISES = [e for e in load_all() if e.spec.entry.kind != "training"]  # whose wrong ideas are programs
ONE, ND = load("group_norm_1d"), load("group_norm_nd")


def rows(exercise, seed=0, **changes):
    changed = dataclasses.replace(exercise, spec=dataclasses.replace(exercise.spec, **changes))
    return {row.name: row for row in wrong_rows(changed, make_plan(changed, seed=seed).cases)}


def verdict(**fields):
    return Comparison(index=0, case=make_plan(ONE, seed=0).cases[0], **fields)


def wrong(*cells, kind="misconception"):
    return Row(name="idea", kind=kind, cells=cells)


@pytest.mark.parametrize("exercise", first(EXERCISES), ids=lambda e: e.slug)
def test_every_wrong_idea_and_thoughtless_answer_is_caught_with_room_to_spare(exercise, request):
    for seed in range(1, 4 if request.config.getoption("--every-wrong-submission") else 2):  # 0 is the author's proof's
        found = rows(exercise, seed)
        assert [name for name, row in found.items() if not row.holds] == []
        assert {m.name for m in exercise.spec.misconceptions} < set(found)
        own = {f"answer {name}" for case in exercise.spec.cases for name in case.parameters}
        given = {"answer x", *own} if exercise.spec.entry.kind == "linen_module" else set()
        assert {"answer 0", "answer 1", "answer NaN", *given} < set(found)


def test_each_form_of_an_idea_is_judged_by_itself():
    """Two forms that are right in each other's wrong cases: neither is right in all."""
    first, last = ({"below": lambda v, axes, eps, n=n: spread(v, axes, eps, n)} for n in (1, 3))

    def spread(values, axes, eps, groups):
        wrong = values.shape[-2] == groups
        return np.sqrt(values.var(axis=axes, keepdims=True) + eps) * (2 if wrong else 1)

    idea = Misconception(name="two", title="t", text="?", value=ONE.spec.assemble(first), parts=first, also=(last,))
    (row, *_) = rows(ONE, misconceptions=(idea,)).values()
    assert row.margin > 1e3
    names = [case.name for case in ONE.spec.cases]
    margins = [row.cells[names.index(name)].margin for name in ("one group", "gamma and beta of one's own")]
    assert sorted(margin > 1 for margin in margins) == [False, True]


def test_every_case_on_values_catches_something_that_few_others_do():
    """A case that no wrong idea needs would cost every learner its compilation for nothing."""
    exercise = ND
    found, cases = rows(exercise).values(), exercise.spec.cases
    for index, case in enumerate(cases):
        caught = [row for row in found if row.cells[index] and row.cells[index].margin > 5]
        assert len(caught) > 5 or case.x.dtype == "float16" or isinstance(case.check, Raises), case.name


def test_cells_say_how_a_wrong_idea_is_caught():
    exercise = ONE
    found, cases = rows(exercise), exercise.spec.cases
    kinds = [type(case.check) for case in cases]
    parameters, raises = kinds.index(Parameters), kinds.index(Raises)
    assert found["parameters_per_group"].cells[parameters] == Cell(math.inf, "wrong_shape")
    assert found["parameters_missing"].cells[parameters] == Cell(math.inf, "wrong_parameters")
    assert found["gamma_zero"].cells[parameters] == Cell(math.inf, "wrong_start")
    assert found["missing_root"].cells[parameters] == Cell(0.0)
    assert found["missing_root"].cells[raises] is None
    assert found["answer x"].cells[parameters] is None
    names = [case.name for case in cases]
    assert found["eps_ignored"].cells[names.index("as many groups as channels")] == Cell(math.inf)
    assert found["eps_outside_root"].cells[names.index("small variance")].margin > 1e4
    assert found["eps_outside_root"].cells[names.index("large mean")].margin < 100


@pytest.mark.parametrize(
    ("row", "deciding", "margin", "holds"),
    [
        (wrong(Cell(0.5), None, Cell(5.0), Cell(4.0)), 2, 5.0, True),
        (wrong(Cell(4.9), Cell(1.0)), 0, 4.9, False),
        (wrong(Cell(math.inf), Cell(6.0)), 1, 6.0, True),
        (wrong(Cell(4.0), Cell(math.inf, "wrong_shape")), 1, math.inf, True),
        (wrong(None), None, 0.0, False),
        (wrong(Cell(2.0), Cell(math.inf), kind="right"), 0, 2.0, True),
        (wrong(Cell(50.0), Cell(1.9), kind="right"), 1, 1.9, False),
    ],
)
def test_what_decides(row, deciding, margin, holds):
    assert (row.deciding, row.margin, row.holds) == (deciding, margin, holds)


def test_a_right_program_s_room_is_tolerance_over_error():
    right = [verdict(outcome="right", margin=margin) for margin in (0.1, 0.0, None)]
    assert right_row("a", right).cells == (Cell(10.0), Cell(math.inf), Cell(math.inf))
    assert right_row("a", right).holds
    for near in (
        verdict(outcome="wrong", margin=4.0),
        verdict(outcome="wrong", margin=math.inf),
        verdict(outcome="wrong", finding=WrongShape(expected=(1,), got=())),
    ):
        assert right_row("a", [*right, near]).deciding == 3
        assert not right_row("a", [*right, near]).holds


def test_a_wrong_answer_is_never_refused_for_what_it_left_of_its_input():
    """Else a case that looks at the input would catch every wrong idea."""
    exercise = load("repair_moments")
    (index,) = (i for i, c in enumerate(exercise.spec.cases) if isinstance(c.check, Value) and c.check.untouched)
    cells = [row.cells[index] for row in rows(exercise).values()]
    assert {cell.refused for cell in cells if cell} == {""}


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        (wrong(Cell(math.inf), kind="right"), "exact @1"),
        (wrong(Cell(0.0), kind="right"), "0 @1"),
        (wrong(Cell(math.inf)), "NaN @1"),
        (wrong(Cell(math.inf, refused="wrong_shape")), "refused @1"),
        (wrong(Cell(3e7)), "3e7 @1"),
        (wrong(Cell(math.inf, refused="of_a_kind_without_a_letter")), "refused @1"),
    ],
)
def test_a_row_says_what_decides_it(row, shown):
    assert f"idea                      {shown} " in [*kill_matrix_table.Matrix(["a"]).lines(row)][-1]


def test_the_matrix_fits_a_terminal(golden):
    exercise = ND
    matrix = kill_matrix_table.Matrix([case.name for case in exercise.spec.cases])
    harmless = Misconception(name="harmless", title="right", text="?")
    few = [exercise.spec.misconceptions[i] for i in (0, 2)] + [m for m in exercise.spec.misconceptions if m.parameters]
    found = rows(exercise, misconceptions=(*few, harmless))
    asked = [case for case in exercise.spec.cases if isinstance(case.check, Value)]
    margins = np.linspace(0.001, 0.6, len(asked))
    right = right_row("a_right_program", [verdict(outcome="right", margin=float(m)) for m in margins])
    lines = [line for row in (*found.values(), right) for line in matrix.lines(row)]
    text = "\n".join(lines) + "\n"
    assert max(len(line) for line in text.splitlines()) <= 100
    golden("kill_matrix.txt", text)


def test_a_survey_says_what_matters():
    near, far = wrong(Cell(7.0)), wrong(Cell(1e5))
    right, rejected = wrong(Cell(8.0), kind="right"), wrong(Cell(0.5), kind="right")
    found = [
        Worst(row=near, seed=3, failures=0, passed=0),
        Worst(row=far, seed=0, failures=0, passed=0),
        Worst(row=right, seed=4, failures=0, passed=0),
        Worst(row=rejected, seed=5, failures=2, passed=1),
    ]
    assert kill_matrix_table.summary(found, 10) == (
        "1 right programs rejected in 20 runs; least room: idea, 0.5 at seed 5\n"
        "0 wrong ideas accepted in 20 runs; least room: idea, 7 at seed 3"
    )
    lines = list(kill_matrix_table.surveyed(kill_matrix_table.Matrix(["a"]), found[3]))
    assert lines[-1] == "        too little room at 2 seeds, the least at seed 5"
    assert lines[-2].startswith("  FAILS idea")
