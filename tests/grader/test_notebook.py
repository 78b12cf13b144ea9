"""``check``, ``hint``, ``show`` and their magics, in an IPython shell; and in real kernels, as generated notebooks."""

import json
import re
import subprocess
import sys

import pytest

from exercises.loader import load, load_all
from grader import cli
from grader.notebook_writer import landing, learners

pytest.importorskip("IPython", reason="needs ipython: pip install 'groupnorm-jax[dev]'")

from IPython.core.interactiveshell import InteractiveShell

from grader import notebook as ours

ONE = load("group_norm_1d")
WRONG = ONE.solution.replace("jnp.sqrt(variance + self.eps)", "(jnp.sqrt(variance) + self.eps)")
MOMENTS = load("moments").solution


@pytest.fixture(scope="module")
def warm():
    """One warm process for all tests of this file."""
    yield
    ours._rest()  # noqa: SLF001 - else it lives as long as the tests


@pytest.fixture
def shell(warm, monkeypatch):
    """A fresh IPython shell, as a kernel has one."""
    del warm
    made = InteractiveShell()
    monkeypatch.setattr(ours, "_shell", lambda: made)
    monkeypatch.setattr(ours, "_session", ours._Session(runner=ours._session.runner))  # noqa: SLF001
    monkeypatch.setattr(ours, "_hints", {})
    ours.load_ipython_extension(made)
    made.run_cell("from grader.notebook import check, hint, show, use", store_history=True)
    yield made
    monkeypatch.undo()


def run(shell, *cells):
    """What the last cell shows."""
    for cell in cells:
        ran = shell.run_cell(cell, store_history=True)
    return ran.result


def test_a_wrong_and_then_a_right_program(shell):
    shown = run(shell, "x = 1", WRONG, 'check(MyGroupNorm, "group_norm_1d")')
    text = repr(shown)
    assert shown.report.outcome == "wrong"
    assert "eps outside the square root" in text
    line = next(n for n, row in enumerate(WRONG.split("\n"), 1) if "+ self.eps)" in row)
    assert f"Cell [3], line {line} is the first whose values are wrong" in text
    assert text.endswith(ours.PRACTICE)
    bundle = shown._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/markdown", "text/html"}
    assert "<script" not in bundle["text/html"]
    assert "eps outside the square root" in bundle["text/html"]
    assert "data:image/png;base64," in bundle["text/html"]
    shown = run(shell, 'use("group_norm_1d")', ONE.solution, "check(MyGroupNorm)")
    assert shown.report.outcome == "right"
    assert run(shell, "check()").report.outcome == "right"


def test_the_exercise_is_found_by_the_entry_s_name(shell):
    assert run(shell, MOMENTS, "check(moments)").report.exercise == "moments"
    said = repr(run(shell, ONE.solution, "check(MyGroupNorm)"))
    assert said == (
        '2 exercises ask for MyGroupNorm: group_norm_1d, group_norm_nd. Say which: check(MyGroupNorm, "group_norm_1d")'
    )


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ("check()", "Check what? Give it your class or function: check(MyGroupNorm)"),
        ("check(5)", "check takes a class or a function; this is 5"),
        ("check(MyGroupNorm(3))", "; its class is MyGroupNorm: give that"),
        ("check(Other)", "No exercise asks for Other; exercises ask for moments, MyGroupNorm,"),
        ('check(Other, "group_norm_1d")', "group_norm_1d asks for MyGroupNorm; this is Other"),
        ('check(MyGroupNorm, "nope")', "no exercise is called 'nope'; there are: "),
        ("from collections import OrderedDict as moments\ncheck(moments, 'moments')", "moments asks for moments; this is OrderedDict"),
        ("hint()", 'Say which exercise: use("group_norm_1d") once, or hint with its name'),
        ('show("nope")', "no exercise is called 'nope'"),
    ],
)  # fmt: skip
def test_what_is_said_of_calls_that_cannot_be(call, says, shell):
    run(shell, "class MyGroupNorm:\n    def __init__(self, n): pass\nclass Other: pass")
    said = repr(run(shell, call))
    assert says in said
    assert "Traceback" not in said


def test_what_is_defined_elsewhere_is_not_this_notebook_s(shell):
    shell.user_ns["MyGroupNorm"] = type("MyGroupNorm", (), {"__module__": "mine"})
    said = repr(run(shell, 'check(MyGroupNorm, "group_norm_1d")'))
    assert said == (
        "No cell that was run here defines MyGroupNorm; it comes from mine; define it in a cell, and run that"
    )
    run(shell, "def broken(:")
    said = repr(run(shell, 'check(MyGroupNorm, "group_norm_1d")'))
    assert "(code cell [3] is left out: Python cannot read it (line 1: invalid syntax))" in said


def test_hints_go_one_further_and_the_task_is_markdown(shell):
    hints = ONE.spec.hints
    said = [repr(run(shell, 'hint("group_norm_1d")')) for _ in range(len(hints) + 1)]
    assert said[0] == said[-1] == f"Hint 1 of {len(hints)}. {hints[0]}"
    assert said[1] == f"Hint 2 of {len(hints)}. {hints[1]}"
    shown = run(shell, 'use("group_norm_1d")', "show()")
    assert shown._repr_mimebundle_()["text/markdown"] == ONE.statement


def test_magics(shell):
    run(shell, f"%%check moments\n{MOMENTS}")
    assert shell.user_ns["_"].report.outcome == "right"
    assert "moments" in shell.user_ns
    shown = shell.user_ns["_"]
    run(shell, "%%check moments\nraise ValueError('mine')")
    assert shell.user_ns["_"] is shown  # the error is shown as any cell's is, and nothing else
    assert repr(run(shell, "%hint moments")).startswith("Hint 1 of ")
    run(shell, "%%check\nx = 1")
    assert "Say which exercise" in repr(shell.user_ns["_"])


def test_a_notebook_s_own_magics_stay(shell):
    shell.register_magic_function(lambda _: "mine", magic_kind="line", magic_name="hint")
    ours.load_ipython_extension(shell)
    assert run(shell, "%hint") == "mine"


def test_hostile_text_is_escaped(shell):
    text = 'def moments(x, num_groups):\n    raise ValueError("<script>alert(1)</script>\\x1b[2J")\n'
    bundle = run(shell, text, "check(moments)")._repr_mimebundle_()
    assert "<script" not in bundle["text/html"]
    assert "\x1b" not in "".join(bundle.values())


def test_importing_it_imports_no_jax_and_adds_no_extra():
    kept_out = {"jax", "flax", "IPython", "rich", "matplotlib"}
    text = f"import sys, grader.notebook; print({kept_out} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("exercise", load_all(), ids=lambda e: e.slug)
def test_generated_notebooks_are_valid_and_hold_nothing_of_the_solution(exercise):
    nbformat = pytest.importorskip("nbformat", reason="needs nbformat: pip install 'groupnorm-jax[dev]'")
    text = learners(exercise, "groupnorm-jax")
    assert text == learners(exercise, "groupnorm-jax")
    made = nbformat.reads(text, as_version=4)
    nbformat.validate(made)
    known = exercise.starter + exercise.statement
    telling = [line.strip() for line in exercise.solution.splitlines() if len(line) > 30 and line.strip() not in known]
    assert telling
    assert not any(json.dumps(line)[1:-1] in text for line in telling)
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in made.cells)
    assert f"check({exercise.spec.entry.name})" in text


def test_the_course_s_notebook_links_to_all_others():
    nbformat = pytest.importorskip("nbformat", reason="needs nbformat: pip install 'groupnorm-jax[dev]'")
    course = sorted(load_all(), key=lambda e: e.spec.order)
    made = nbformat.reads(landing(course), as_version=4)
    nbformat.validate(made)
    assert re.findall(r"\]\((\w+)\.ipynb\)", made.cells[0].source) == [e.slug for e in course]


def test_the_command_writes_one_or_all_and_overwrites_none(tmp_path, capsys):
    assert cli.run(["notebook", "moments", "--out", str(tmp_path), "--install", "https://x.org/a.whl"]) == 0
    assert "%pip install -q https://x.org/a.whl" in (tmp_path / "moments.ipynb").read_text("utf-8")
    assert cli.run(["notebook", "--all", "--out", str(tmp_path / "all")]) == 0
    assert len(list((tmp_path / "all").iterdir())) == len(load_all()) + 1
    assert cli.run(["notebook", "moments", "--out", str(tmp_path)]) == 2
    assert "exists already and is left as it is" in " ".join(capsys.readouterr().err.split())
    assert cli.run(["notebook", "--out", str(tmp_path)]) == 2
    assert "name an exercise, or say --all" in capsys.readouterr().err


def executed(exercise, program):
    """What a generated notebook shows last for its check, run as a whole in a kernel of its own."""
    nbclient = pytest.importorskip("nbclient", reason="needs nbclient and ipykernel: pip install 'groupnorm-jax[dev]'")
    nbformat = pytest.importorskip("nbformat")
    made = nbformat.reads(learners(exercise, "groupnorm-jax"), as_version=4)
    cells = [cell for cell in made.cells if cell.cell_type == "code"]
    cells[2].source = program
    nbclient.NotebookClient(made, timeout=300, kernel_name="python3").execute()
    (shown,) = cells[3].outputs
    return shown.data["text/plain"]


def every(request):
    """The exercise, if all notebooks are asked for, or it is the first."""
    return request.config.getoption("--every-wrong-submission")


@pytest.mark.parametrize("exercise", load_all(), ids=lambda e: e.slug)
@pytest.mark.parametrize("what", ["starter", "solution"])
def test_generated_notebooks_execute(exercise, what, request):
    if exercise.slug != "moments" and not every(request):
        pytest.skip("a kernel each: --every-wrong-submission runs all notebooks")
    shown = executed(exercise, getattr(exercise, what))
    if what == "starter":
        assert re.search(r"^\w+ +0 of \d+ cases, 0 of \d+ points", shown)
        assert exercise.slug == "repair_moments" or "not written yet: it raises NotImplementedError" in shown
    else:
        assert "All is right." in shown


WRONG_IDEAS = {
    "eps_outside_root": (ONE, WRONG, "eps outside the square root"),
    "variance_first": (load("moments"), MOMENTS.replace("return mean, variance", "return variance, mean"), "the variance returned before"),
    "missing_root": (ONE, WRONG.replace("(jnp.sqrt(variance) + self.eps)", "(variance + self.eps)"), "division by the variance"),
}  # fmt: skip


@pytest.mark.parametrize("idea", WRONG_IDEAS)
def test_a_wrong_program_in_a_kernel_is_named(idea, request):
    if idea != "eps_outside_root" and not every(request):
        pytest.skip("a kernel each: --every-wrong-submission runs all of them")
    exercise, program, words = WRONG_IDEAS[idea]
    assert words in executed(exercise, program)
