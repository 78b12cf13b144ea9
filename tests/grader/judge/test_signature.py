"""A signature that would break a caller who follows the statement is wrong; any other is accepted."""

import sys
import types
from pathlib import Path

import pytest

from grader.course import Entry
from grader.course.loader import load, load_all
from grader.judge import redaction, signature
from grader.judge.comparison import Comparison
from grader.pipeline import grade
from grader.plan.cases import make_plan
from grader.reports import sentences
from grader.sandbox.fresh import FreshRunner
from grader.sandbox.transcript import Parameter
from grader.submission.reading import Submission
from grader.worker import signatures

EXERCISES = {exercise.slug: exercise for exercise in load_all()}
DATA = Path(__file__).parents[2] / "data"
FUNCTION = Entry(name="f", kind="function")
STARTER = "def f(x, groups, gamma=None, eps=1e-5, *, rngs): pass"


def taken(source, entry=FUNCTION):
    """What the worker says of a text."""
    module = types.ModuleType("submission")
    sys.modules["submission"] = module  # dataclasses look their module up
    exec(compile(source, "a.py", "exec"), module.__dict__)
    read = signatures.read(module.__dict__[entry.name], entry.kind)
    return {name: tuple(map(parameter, rows)) for name, rows in read.items()}


def parameter(row):
    name, kind, default = row
    return Parameter(name=name, kind=kind, default=None if default is None else tuple(default))


def told(source, starter=STARTER, entry=FUNCTION):
    found = signature.differing(starter, entry, taken(source, entry))
    return sentences.message(found)


@pytest.mark.parametrize(
    "arguments",
    [
        "x, groups, gamma=None, eps=1e-5, *, rngs",
        "inputs, groups, gamma=None, eps=0.00001, *, rngs",
        "x, groups, gamma=None, eps=1e-5, rngs=None",
        "x, groups, gamma=1.0, eps=None, *, rngs",
        "x, groups=1, gamma=None, eps=1e-5, *, rngs, debug=False",
        "x, groups, gamma=None, eps=1e-5, debug=False, *, rngs=None",
        "x, groups, /, gamma=None, eps=1e-5, *, rngs",
        "x: int, groups: float, gamma: str = None, eps: int = 1e-5, *, rngs: int",
        "x, groups, gamma=None, eps=1e-5, **rest",
        "x, groups, **rest",
        "x, groups, *rest, **more",
        "*args, **kwargs",
        "x, groups, gamma=None, eps=1e-5, *, rngs=object()",
        "x, groups, gamma=None, eps=complex(3), *, rngs",
    ],
)
def test_what_no_caller_would_notice_is_accepted(arguments):
    assert told(f"def f({arguments}): pass") == ""


@pytest.mark.parametrize(
    "arguments",
    [
        "x, gamma=None, groups=1, eps=1e-5, *, rngs",
        "groups, x, gamma=None, eps=1e-5, *, rngs",
        "x, groups, gamma, eps=1e-5, *, rngs",
        "x, groups, gamma=None, eps=1e-3, *, rngs",
        "x, groups, gamma=None, *, eps=1e-5, rngs",
        "x, *, groups, gamma=None, eps=1e-5, rngs",
        "x, *rest, groups, gamma=None, eps=1e-5, rngs",
        "x, groups, gamma=None, *, rngs",
        "x, groups, gamma=None, eps=1e-5",
        "x, groups, rngs, gamma=None, eps=1e-5",
        "x, groups, gamma=None, eps=1e-5, *, rngs, channels",
        "*, x, groups, gamma=None, eps=1e-5, rngs",
        "groups, gamma=None, eps=1e-5, *, rngs",
        "x, groups, gamma=None, eps='1e-5', *, rngs",
    ],
)
def test_what_would_break_a_caller_is_told_with_both_signatures(arguments):
    written = arguments.replace("1e-3", "0.001")
    assert told(f"def f({arguments}): pass") == (
        f"f's arguments are ({written}), and the statement asks for (x, groups, gamma=None, eps=1e-5, *, rngs)"
    )


@pytest.mark.parametrize(
    "source",
    [
        "import functools\ndef g(*a, **k): pass\nf = functools.partial(g)",
        "class F:\n    __signature__ = 3\n    def __call__(self): pass\nf = F()",
        "f = max",  # Python cannot tell its signature
    ],
)
def test_a_signature_that_cannot_be_told_is_not_judged(source):
    assert told(source) == ""


def test_a_decorated_function_is_judged_as_what_it_wraps():
    jitted = "import jax, functools\n@functools.partial(jax.jit, static_argnames='groups')\ndef f(x, {}): pass"
    assert told(jitted.format("groups, gamma=None, eps=1e-5, *, rngs")) == ""
    assert told(jitted.format("gamma, groups, eps=1e-5, *, rngs")).startswith("f's arguments are (x, gamma, groups,")


@pytest.mark.parametrize("starter", ["", "def g(x): pass", "def f(x:", "f = lambda x, y: x"])
def test_a_starter_that_does_not_show_a_signature_asks_for_none(starter):
    assert told("def f(anything): pass", starter=starter) == ""


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_worker_reads_of_the_starter_what_the_judge_reads_in_its_text(slug):
    exercise = EXERCISES[slug]
    entry, asked = exercise.spec.entry, signature.of_text(exercise.starter, exercise.spec.entry)
    assert asked.keys() == ({"made", "called"} if entry.kind.endswith("_module") else {"called"})
    found = taken(exercise.starter, entry)
    if entry.kind == "linen_module":  # parent and name
        found["made"] = found["made"][:-2]
    assert found == asked


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_solution_and_every_right_variant_have_a_right_signature(slug):
    exercise = EXERCISES[slug]
    entry = exercise.spec.entry
    sources = {"solution": exercise.solution, **{v.name: v.source for v in exercise.spec.right_variants}}
    texts = {name: signature.of_text(source, entry) for name, source in sources.items()}
    assert all(texts["solution"].values())
    assert {name: d for name, text in texts.items() if (d := signature.differing(exercise.starter, entry, text))} == {}


def test_of_the_wrong_submissions_those_with_another_default_have_a_wrong_signature():
    found = {}
    for path in sorted((DATA / "wrong_submissions").glob("*.py")):
        source = path.read_text("utf-8")
        head = dict(row.removeprefix("# ").split(": ") for row in source.splitlines()[:2])
        exercise = EXERCISES[head["exercise"]]
        entry = exercise.spec.entry
        if signature.differing(exercise.starter, entry, signature.of_text(source, entry)):
            found[path.stem] = head["misconception"]
    assert found
    assert all("eps" in name or "default" in name or "affine" in name for name in found.values()), found


SWAPPED = {
    "group_norm_nnx": ("num_features, num_groups, eps", "num_groups, num_features, eps"),
    "group_norm_affine": ("    groups: int\n    channels: int\n", "    channels: int\n    groups: int\n"),
    "mixed_precision": ("x, gamma, beta, num_groups, eps", "x, num_groups, beta, gamma, eps"),
    "norm_family": ("x, kind, num_groups=None, eps", 'x, num_groups=None, kind="layer", eps'),
}


EACH = [pytest.param(slug, marks=[pytest.mark.full] * bool(n)) for n, slug in enumerate(SWAPPED)]


@pytest.mark.parametrize("slug", EACH)
def test_a_right_program_with_other_arguments_loses_one_case_and_is_told_why(slug):
    exercise, (old, new) = load(slug), SWAPPED[slug]
    assert old in exercise.solution
    source = exercise.solution.replace(old, new, 1)
    report = grade(exercise, Submission(name="a.py", source=source), seed=3, runner=FreshRunner())
    wrong = [case for case in report.cases if case.outcome != "right"]
    assert (report.outcome, [case.name for case in wrong]) == ("wrong", [exercise.spec.cases[0].name])
    text = sentences.message(wrong[0].finding)
    assert "'s arguments are (" in text
    assert "and the statement asks for (" in text
    assert wrong[0].diagnosis is None
    assert report.departure is None


def test_a_hidden_run_does_not_repeat_the_names_that_a_program_chose():
    found = signature.differing(STARTER, FUNCTION, taken("def f(x, secret): pass"))
    case = make_plan(EXERCISES["group_norm_1d"], seed=0).cases[0]
    told = redaction.comparison(Comparison(index=0, case=case, outcome="wrong", finding=found))
    text = sentences.message(told.finding)
    assert "secret" not in text
    assert text == (
        "the arguments of f must be (x, groups, gamma=None, eps=1e-5, *, rngs), in this order and with these defaults"
    )
