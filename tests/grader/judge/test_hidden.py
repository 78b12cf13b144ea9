"""A hidden run: the same verdicts, and nothing in the report that a submission could smuggle inputs out with."""

import json

import numpy as np
import pytest
from telling import named, said

from grader.course.loader import load
from grader.findings.of_case import GraderFailed
from grader.judge import redaction
from grader.judge.comparison import Comparison
from grader.pipeline import check_file, grade
from grader.plan.cases import make_plan
from grader.reports import as_json
from grader.sandbox.base import Request
from grader.submission.reading import Submission
from grader.worker.wire import Decoder

EXERCISE = load("group_norm_1d")
SECRET = 987_654_321
TOKEN = "SMUGGLED"
HEAD = "import sys\nimport jax.numpy as jnp\nfrom flax import linen as nn\nword = 'SMUG' + 'GLED'\n"
MODULE = (
    "class MyGroupNorm(nn.Module):\n    num_groups: int\n    eps: float = 1e-5\n    @nn.compact\n"
    "    def __call__(self, x):\n"
)
CHANNELS = {
    "printed at import": f"print(word)\n{MODULE}        return x",
    "printed in a case": f"{MODULE}        print(word)\n        return x",
    "printed to stderr": f"{MODULE}        print(word, file=sys.stderr)\n        return x",
    "message": f"{MODULE}        raise ValueError(word)",
    "message at import": "raise RuntimeError(word)",
    "name of an exception": f"{MODULE}        raise type(word, (Exception,), dict())()",
    "name of a function": (
        f"def f(): raise ValueError\nf.__code__ = f.__code__.replace(co_name=word)\n{MODULE}        f()"
    ),
    "name of what is defined": "globals()[word] = lambda: 0",
    "name of a parameter": f"{MODULE}        self.param(word, nn.initializers.ones, (1,))\n        return x",
    "name of a parameter with a wrong value": (f"{MODULE}        self.param(word, lambda k: 'text')\n        return x"),
    "name of a type": f"{MODULE}        return type(word, (), dict())()",
    "message of exit": f"{MODULE}        sys.exit(word)",
    "name of a module": "raise ImportError(word, name=word)",
    "missing module": "__import__(word)",
    "constructor": (
        f"{MODULE}        return x\ndef init(self, **k): raise TypeError(word)\nMyGroupNorm.__init__ = init"
    ),
}
NEVER_SHOWN = ("name of a parameter with a wrong value", "message of exit")


@pytest.mark.sample(2)
@pytest.mark.parametrize("channel", CHANNELS)
def test_nothing_a_submission_says_is_repeated(channel, tmp_path, unwalled):
    path = tmp_path / "s.py"
    path.write_text(HEAD + CHANNELS[channel], "utf-8")
    shown = as_json.render(check_file(EXERCISE, path, seed=0, runner=unwalled))
    concealed = as_json.render(check_file(EXERCISE, path, seed=SECRET, runner=unwalled, hidden=True))
    assert TOKEN in shown or channel in NEVER_SHOWN
    assert TOKEN not in concealed
    assert str(SECRET) not in concealed
    assert json.loads(concealed)["outcome"] == "wrong"


@pytest.mark.full
def test_shapes_and_values_are_not_repeated(unwalled):
    source = (
        f"{EXERCISE.solution}\ncall = MyGroupNorm.__call__\ndef other(self, x):\n    y = call(self, x)\n"
        "    return jnp.full((1234, 7), 0.5) if self.eps == 1e-3 else y * (1.2345 if self.eps == 0.5 else 1)\n"
        "MyGroupNorm.__call__ = other"
    )
    submission = Submission(name="s.py", source=source)
    shown = grade(EXERCISE, submission, seed=SECRET, runner=unwalled)
    concealed = grade(EXERCISE, submission, seed=SECRET, runner=unwalled, hidden=True)
    told = [said(case) for case in concealed.cases if case.visibility == "hidden" and case.outcome == "wrong"]
    assert any("(1234, 7)" in said(case) for case in shown.cases)
    assert not any("1234" in message for message in told)
    assert any("the values are wrong" in message for message in told)
    assert any("must have the same shape as x" in message for message in told)
    assert [case.outcome for case in concealed.cases] == [case.outcome for case in shown.cases]
    assert concealed.error_map is None
    assert all(case.margin is None for case in concealed.cases)
    assert not any(case.diagnosis and not case.diagnosis.ideas for case in concealed.cases)


def test_a_right_program_is_right_and_a_named_idea_is_named(unwalled):
    right = grade(
        EXERCISE,
        Submission(name="s.py", source=EXERCISE.solution),
        seed=SECRET,
        runner=unwalled,
        hidden=True,
    )
    assert (right.outcome, right.seed) == ("right", None)
    wrong = EXERCISE.solution.replace("jnp.sqrt(variance + self.eps)", "(jnp.sqrt(variance) + self.eps)")
    assert wrong != EXERCISE.solution
    report = grade(EXERCISE, Submission(name="s.py", source=wrong), seed=SECRET, runner=unwalled, hidden=True)
    assert {named(case.diagnosis) for case in report.cases if case.diagnosis} == {"eps_outside_root"}
    assert report.departure is None


def test_the_worker_is_not_told_the_secret_seed():
    plan = make_plan(EXERCISE, seed=SECRET, hidden=True)
    submission = Submission(name="s.py", source="")
    message = next(iter(Decoder().feed(Request(plan=plan, submission=submission).encoded())))
    assert str(SECRET) not in json.dumps(message.body)
    public, secret = make_plan(EXERCISE, seed=0), make_plan(EXERCISE, seed=SECRET)
    for index, planned in enumerate(plan.cases):
        same = secret if planned.hidden else public
        assert np.array_equal(planned.x, same.cases[index].x)
    assert {case.hidden for case in plan.cases} == {True, False}


LINE = 64_262  # a number that a submission would spell a value in
BY_LINE = f"exec(compile('\\n' * {LINE - 1} + 'raise ValueError', __file__, 'exec'))"
NUMBERS = {
    "line of an exception": f"{MODULE}        {BY_LINE}",
    "line of an exception at import": BY_LINE,
    "exit": f"{MODULE}        {BY_LINE.replace('raise ValueError', 'raise SystemExit')}",
}


@pytest.mark.sample(1)
@pytest.mark.parametrize("channel", NUMBERS)
def test_no_line_is_named(channel, tmp_path, unwalled):
    path = tmp_path / "s.py"
    path.write_text(HEAD + NUMBERS[channel], "utf-8")
    assert str(LINE) in as_json.render(check_file(EXERCISE, path, seed=0, runner=unwalled))
    concealed = as_json.render(check_file(EXERCISE, path, seed=SECRET, runner=unwalled, hidden=True))
    assert str(LINE) not in concealed
    assert '"line' not in concealed


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def f(:\n", "Python cannot read the file: "),
        ("class MyGroupNrom: pass", "is it MyGroupNrom? Then rename it"),
        ("x = 1", "the file defines no MyGroupNorm, nor any other class or function"),
        ("raise MemoryError", "out of memory"),
        ("raise ImportError(\"No module named '__main__'\")", "an import failed: (not shown in a hidden run)"),
        ("raise type('the output', (Exception,), {})", "raised an exception: (not shown"),
        ("import groupnorm_jax", "not allowed here: "),
    ],
)
def test_ordinary_endings_are_said_in_words_that_are_true(source, says, unwalled):
    report = grade(EXERCISE, Submission(name="s.py", source=source), seed=1, runner=unwalled, hidden=True)
    assert says in said(report.error)
    assert not (says == "out of memory" and "not shown" in said(report.error))


def test_a_fault_of_ours_says_no_more_than_that():
    fault = GraderFailed(type="ValueError", message="0.123")
    case = make_plan(EXERCISE, seed=0).cases[0]
    found = redaction.comparison(Comparison(index=0, case=case, outcome="not_checked", finding=fault))
    assert said(found) == "the grader failed here"


def test_a_word_for_a_module_that_python_itself_stumbles_over(unwalled):
    source = f"{HEAD}{MODULE}        raise ImportError(\"No module named '__main__'\")"
    report = grade(EXERCISE, Submission(name="s.py", source=source), seed=1, runner=unwalled)
    assert "an import failed: No module named '__main__'" in said(report.cases[0])
