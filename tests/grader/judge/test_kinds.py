"""Entries that are plain functions, streams, several arrays and training: from a submission's text to its verdict."""

from dataclasses import replace

import numpy as np
import pytest
from telling import explained, located, named, said

from grader.course import (
    Accuracy,
    Case,
    Draw,
    Entry,
    Exercise,
    Made,
    Misconception,
    Raises,
    Reference,
    Value,
    end_to_end,
)
from grader.course.loader import Loaded
from grader.findings.of_case import ChangedInput
from grader.judge import outputs
from grader.judge.judge import judge
from grader.pipeline import grade
from grader.plan.cases import make_plan
from grader.sandbox.base import Request
from grader.sandbox.fresh import FreshRunner
from grader.sandbox.transcript import Answer
from grader.submission.reading import Submission
from grader.worker import wire

X = Draw(shape=(4, 3), mean=1.0)


def loaded(entry, reference, *cases, **fields):
    spec = Exercise(
        title="t", order=1, entry=entry, reference=reference, cases=cases, right_variants=(), hints=(),
        **{"misconceptions": (), **fields},
    )  # fmt: skip
    return Loaded(slug="small", spec=spec, statement="", starter="", solution="")


def graded(exercise, source):
    return grade(exercise, Submission(name="a.py", source=source), seed=1, runner=FreshRunner())


def moved(arrays, arguments, epsilon):
    return np.abs(SCALED.value(arrays, arguments)) * 2 * epsilon


SCALED = Reference(
    value=lambda arrays, arguments: arrays["x"] * arguments["factor"] + arrays["shift"],
    moved=moved,
    parameters=lambda arrays, _: {"shift": np.zeros(arrays["x"].shape[-1])},
)
ENTRY = Entry(name="scaled", kind="function", arguments={"factor": float, "how": str}, defaults={"factor": 2.0})
FUNCTION = loaded(
    ENTRY,
    SCALED,
    Case(name="default", check=Value(), arguments={}, x=X),
    Case(name="all", check=Value(), arguments={"factor": 3}, x=X, parameters={"shift": Draw(shape=(3,))}),
    Case(name="under jit", check=Value(transform="jit"), arguments={"factor": 3, "how": "well"}, x=X),
    Case(name="under vmap", check=Value(transform="vmap"), arguments={"factor": 3}, x=X),
    Case(name="refused", check=Raises(rule="a factor of 0 leaves nothing"), arguments={"factor": 0}, x=X),
)
RIGHT = """
def scaled(x, shift=0.0, factor=2.0, how=""):
    if factor == 0:
        raise ValueError("no factor")
    return x * factor + shift
"""


@pytest.mark.full
def test_a_function_is_called_with_x_and_the_rest_by_name():
    report = graded(FUNCTION, RIGHT)
    assert report.outcome == "right", report
    assert [case.situation for case in report.cases][2].startswith("factor=3 how=well  x: float32[4, 3]")


@pytest.mark.full
@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("class scaled: pass", "scaled must be a function; here it is a class"),
        ("scaled = 3", "scaled must be a function; here it is an object of type int"),
        ("def other(x): return x", "the file defines no scaled; it defines other"),
        ("def scaled(x): return x * 2", "scaled must take x and shift and factor"),
        (
            "def scaled(x, shift=0, factor=2, how=''): return x, x",
            "the output must be one array; yours is a tuple of 2",
        ),
        (
            "def scaled(x, shift=0, factor=2, how=''): return ()",
            "the output must be an array; yours is an object of type tuple",
        ),
        ("def scaled(x, shift=0, factor=2, how=''): return x[0]", "the output must have the same shape as x, (4, 3)"),
        (
            "def scaled(x, shift=0, factor=2, how=''): return x * 2 + shift",
            "a factor of 0 leaves nothing: the call must",
        ),
    ],
)
def test_what_is_no_such_function_is_said(source, says):
    report = graded(FUNCTION, source)
    told = [said(report.error)] if report.error else [said(case) for case in report.cases]
    assert report.outcome == "wrong"
    assert any(says in line for line in told), told


def test_numpy_is_given_where_the_exercise_says_so_and_scalars_of_numpy_are_arrays():
    total = Reference(value=lambda a, _: a["x"].sum(), moved=lambda a, _, e: np.abs(a["x"]).sum() * e)
    entry = Entry(name="total", kind="function", arrays="numpy")
    exercise = loaded(entry, total, Case(name="sum", check=Value(), arguments={}, x=X))
    source = "import numpy as np\ndef total(x):\n    assert type(x) is np.ndarray\n    x += 0\n    return x.sum()"
    assert graded(exercise, source).outcome == "right"


@pytest.mark.full
@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return x + shift", ""),
        ("y = x.copy()\n    y += shift\n    return y", ""),
        ("x += shift\n    return x", "the call changed x, which the caller may still need"),
        ("x += shift\n    shift[:] = 0\n    return x", "the call changed x and shift, which"),
    ],
)
def test_what_is_given_may_have_to_stay_as_it_is(body, says):
    case = Case(name="c", check=Value(untouched=True), arguments={}, x=X, parameters={"shift": Draw(shape=(3,))})
    reference = replace(SCALED, value=lambda a, _: a["x"] + a["shift"], moved=lambda a, _, e: np.abs(a["x"]) * e + e)
    exercise = loaded(Entry(name="f", kind="function", arrays="numpy"), reference, case)
    report = graded(exercise, f"def f(x, shift):\n    {body}\n")
    assert (report.outcome == "right") == (not says)
    assert says in said(report.cases[0])
    free = replace(exercise, spec=replace(exercise.spec, cases=(replace(case, check=Value()),)))
    assert graded(free, f"def f(x, shift):\n    {body}\n").outcome == "right"


@pytest.mark.parametrize(
    ("left", "changed"),
    [
        (lambda x, s: {"given/x": x, "given/shift": s}, None),
        (lambda x, s: {}, ("x", "shift")),
        (lambda x, s: {"given/x": x}, ("shift",)),
        (lambda x, s: {"given/x": x, "given/shift": s + 1}, ("shift",)),
        (lambda x, s: {"given/x": x.ravel(), "given/shift": s}, ("x",)),
        (lambda x, s: {"given/x": x.astype("f8"), "given/shift": s}, ("x",)),
        (lambda x, s: {"given/x": np.where(x > 0, np.nextafter(x, x + 1), x), "given/shift": s}, ("x",)),
    ],
)
def test_the_judge_itself_compares_what_is_left_of_the_inputs(left, changed):
    case = Case(name="c", check=Value(untouched=True), arguments={}, x=X, parameters={"shift": Draw(shape=(3,))})
    plan = make_plan(loaded(ENTRY, SCALED, case), seed=0)
    x, shift = plan.cases[0].x, plan.cases[0].parameters["shift"]
    arrays = {"value": x * np.float32(2) + shift, **left(x, shift)}
    found = judge(0, plan.cases[0], SCALED, Answer(arrays=arrays, problem=None, printed=""))
    assert found.outcome == ("wrong" if changed else "right"), found
    assert found.finding == (ChangedInput(names=changed) if changed else None)


@pytest.mark.full
def test_what_numpy_does_has_a_line_too_and_jit_is_not_asked_for():
    reference = replace(
        SCALED,
        value=lambda a, _: np.sqrt(a["x"] ** 2 + 1),
        moved=lambda a, _, e: np.abs(a["x"]) * e + e,
        landmarks=lambda a, _: (("", a["x"]), ("square", a["x"] ** 2), ("output", np.sqrt(a["x"] ** 2 + 1))),
    )
    exercise = loaded(
        Entry(name="f", kind="function", arrays="numpy"), reference, Case(name="c", check=Value(), arguments={}, x=X)
    )
    source = "import numpy as np\ndef f(x):\n    s = x**2\n    s = s + 2\n    return np.sqrt(s)\n"
    assert graded(exercise, source).departure.line == 4
    lost = "import numpy as np\ndef f(x):\n    return np.vectorize(lambda a: a + 2)(np.sqrt(x**2))\n"
    text = located(graded(exercise, lost).departure)
    assert text == "No line can be named for wrong values: this program's steps cannot be followed one by one."


def moments(arrays, arguments):
    return end_to_end(arrays["x"].mean(-1), arrays["x"].var(-1))


TUPLE = loaded(
    Entry(name="moments", kind="function"),
    Reference(
        value=moments,
        moved=lambda _, __, epsilon: np.full(8, 4 * epsilon),
        returns=lambda arrays, _: (("mean", arrays["x"].shape[:-1]), ("variance", arrays["x"].shape[:-1])),
    ),
    Case(name="table", check=Value(), arguments={}, x=X),
    misconceptions=(
        Misconception(
            name="sample", title="the sample variance", text="What is n?",
            value=lambda arrays, _: end_to_end(arrays["x"].mean(-1), arrays["x"].var(-1, ddof=1)),
        ),
    ),
)  # fmt: skip


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("returned", "says", "idea"),
    [
        ("x.mean(-1), x.var(-1)", "", None),
        ("[x.mean(-1), x.var(-1)]", "", None),
        ("x.mean(-1), x.var(-1, ddof=1)", "at variance[", "sample"),
        ("x.mean(-1), x.var(-1) * 7", "at variance[", ""),
        ("x.mean(-1)", "the output must be a tuple of 2 arrays: mean, variance; yours is one array", None),
        ("x.mean(-1), x.var(-1), x", "yours is a tuple of 3", None),
        ("x.mean(-1), x.var(-1, keepdims=True)", "variance must have shape (4,); yours has shape (4, 1)", None),
        ("x.mean(-1), (x.var(-1) > 0)", "variance must be float32", None),
    ],
)
def test_several_arrays_are_compared_each_by_name(returned, says, idea):
    report = graded(TUPLE, f"def moments(x):\n    return {returned}")
    (case,) = report.cases
    assert says in said(case)
    assert (report.outcome == "right") == (not says)
    assert (named(case.diagnosis) if case.diagnosis else None) == idea
    if idea == "":
        assert explained(case.diagnosis).startswith("The mean is right; what is wrong is the variance.")


def test_parts_lie_end_to_end_and_come_apart_again():
    wanted = (("mean", (2, 1)), ("count", ()), ("rest", (3,)))
    value = np.arange(6.0)
    apart = outputs.taken_apart(value, wanted)
    assert {name: array.shape for name, array in apart.items()} == {"value/0": (2, 1), "value/1": (), "value/2": (3,)}
    np.testing.assert_array_equal(outputs.laid_out(apart, wanted), value)
    assert [outputs.place((i,), wanted) for i in (1, 2, 5)] == [("mean", (1, 0)), ("count", ()), ("rest", (2,))]
    assert outputs.laid_out({"value": value}, wanted) is None
    assert outputs.laid_out(apart, None) is None


@pytest.mark.full
def test_a_stream_is_given_part_by_part_under_jit():
    total = Reference(value=lambda a, _: a["x"].sum(0), moved=lambda a, _, e: np.abs(a["x"]).sum(0) * e)
    entry = Entry(name="total", kind="function")
    exercise = loaded(entry, total, Case(name="s", check=Value(transform="stream"), arguments={}, x=X))
    right = "def total(chunks):\n    s = 0\n    for c in chunks:\n        s = s + c\n    return s"
    assert graded(exercise, right).outcome == "right"
    assert "an array of" not in said(graded(exercise, "def total(chunks):\n    return chunks[0]").cases[0])
    twice = "def total(chunks):\n    sum(chunks)\n    return sum(chunks) + 0 * 1.0"
    assert graded(exercise, twice).outcome == "wrong"


def classes(arrays, arguments):
    return (arrays["x"][:, 0] > 0).astype(np.float64)


def batches(seed):
    return np.linspace(-1, 1, 48, dtype=np.float32).reshape(6, 2, 4)


TRAINING = loaded(
    Entry(name="train", kind="training", arguments={"seed": int}),
    Reference(value=classes, moved=lambda a, _, e: np.zeros(len(a["x"]))),
    Case(
        name="learns",
        check=Accuracy(at_least=0.9, classes=2, alone=3),
        arguments={"seed": 1},
        x=Draw(shape=(20, 1)),
        parameters={"images": Made(by=batches), "labels": Made(by=lambda seed: batches(seed)[..., 0] > 0)},
    ),
    misconceptions=(
        Misconception(
            name="upside_down", title="the classes exchanged", text="Which is which?", source="x",
            shown=lambda given, answered: (answered["value"].argmax(1) == 1 - given["value"]).all(),
        ),
    ),
)  # fmt: skip
TRAIN = """
import jax.numpy as jnp
def train(batches, seed):
    seen = [(images.shape, labels.dtype) for images, labels in batches]
    assert seen == [((2, 4), jnp.int32)] * 6
    return lambda x: {scores}
"""


@pytest.mark.full
@pytest.mark.parametrize(
    ("scores", "says", "idea"),
    [
        ("jnp.concatenate([-x, x], axis=1)", "", None),
        ("jnp.concatenate([x, -x], axis=1)", "of 20 held-back images are classified correctly", "upside_down"),
        ("jnp.ones((len(x), 2))", "at least 90% must be", ""),
        ("jnp.full((len(x), 2), jnp.nan)", "some scores are not finite numbers", ""),
        ("jnp.concatenate([-x, x], axis=1) * (-1 if len(x) == 1 else 1)", "3 of 3 images get other scores", ""),
        ("jnp.concatenate([x, -x], axis=1) * (1 if len(x) > 1 else -1)", "3 of 3 images get other", "upside_down"),
        ("jnp.concatenate([-x, x], axis=1) + 0.3 * (len(x) == 1)", "3 of 3 images get other scores", ""),
        ("x", "the classifier must return 2 scores for each image, shape (20, 2) here; yours has shape (20, 1)", None),
        ("(x, x)", "what the classifier returns must be an array; yours is an object of type tuple", None),
    ],
)  # fmt: skip
def test_a_classifier_is_trained_and_judged_by_held_back_images(scores, says, idea):
    report = graded(TRAINING, TRAIN.format(scores=scores))
    (case,) = report.cases
    assert says in said(case), said(case)
    assert (report.outcome == "right") == (not says)
    assert (named(case.diagnosis) if case.diagnosis else None) == idea


def test_the_classes_of_held_back_images_never_cross():
    asked = Request(plan=make_plan(TRAINING, seed=1), submission=Submission(name="a.py", source="x"))
    (message,) = wire.Decoder().feed(asked.encoded())
    assert set(message.arrays) == {"source", "0/x", "0/images", "0/labels"}
    given = {name: message.arrays[f"0/{name}"] for name in ("x", "images", "labels")}
    want = classes(given, {})
    assert not any(array.size == want.size and (array.ravel() == want).all() for array in given.values())


def test_practice_is_said_in_the_report():
    practice = replace(TUPLE, spec=replace(TUPLE.spec, practice="The data are public: not for grades."))
    report = graded(practice, "def moments(x):\n    return x.mean(-1), x.var(-1)")
    assert report.note.startswith("The data are public")
