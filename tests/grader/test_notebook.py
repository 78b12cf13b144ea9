"""``check``, ``hint``, ``show`` and their magics, in an IPython shell; and in real kernels, as generated notebooks."""

import json
import os
import re
import subprocess
import sys

import pytest

from grader.cli import main
from grader.course.loader import load, load_all
from grader.export.notebook import landing, learners

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
    ours._close_runner()  # else it lives as long as the tests


@pytest.fixture
def shell(warm, monkeypatch):
    """A fresh IPython shell, as a kernel has one."""
    del warm
    made = InteractiveShell()
    monkeypatch.setattr(ours, "_shell", lambda: made)
    monkeypatch.setattr(ours, "_session", ours._Session(runner=ours._session.runner))
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


@pytest.mark.full
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


@pytest.mark.full
def test_the_exercise_is_found_by_the_entry_s_name(shell):
    assert run(shell, MOMENTS, "check(moments)").report.exercise == "moments"
    said = repr(run(shell, ONE.solution, "check(MyGroupNorm)"))
    assert said == (
        '2 exercises ask for MyGroupNorm: group_norm_1d, group_norm_nd. Name one: check(MyGroupNorm, "group_norm_1d")'
    )


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ("check()", "Give check your class or function: check(MyGroupNorm)"),
        ("check(5)", "check takes a class or a function; got 5"),
        ("check(MyGroupNorm(3))", "; give it the class: check(MyGroupNorm)"),
        ("check(Other)", "No exercise asks for Other; the exercises ask for moments, MyGroupNorm,"),
        ('check(Other, "group_norm_1d")', "group_norm_1d asks for MyGroupNorm; got Other"),
        ('check(MyGroupNorm, "nope")', "no exercise is called 'nope'; there are: "),
        ("from collections import OrderedDict as moments\ncheck(moments, 'moments')", "moments asks for moments; got OrderedDict"),
        ("hint()", 'Choose an exercise: use("group_norm_1d") once, or give hint its name'),
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
        "No cell that was run here defines MyGroupNorm (it was imported from mine); define it in a cell and run that cell"
    )
    run(shell, "def broken(:")
    said = repr(run(shell, 'check(MyGroupNorm, "group_norm_1d")'))
    assert "(code cell [3] is left out: Python cannot read it (line 1: invalid syntax); it begins with " in said


def test_hints_go_one_further_and_the_task_is_markdown(shell):
    hints = ONE.spec.hints
    said = [repr(run(shell, 'hint("group_norm_1d")')) for _ in range(len(hints) + 1)]
    assert said[0] == said[-1] == f"Hint 1 of {len(hints)}. {hints[0]}"
    assert said[1] == f"Hint 2 of {len(hints)}. {hints[1]}"
    shown = run(shell, 'use("group_norm_1d")', "show()")
    assert shown._repr_mimebundle_()["text/markdown"] == ONE.statement


@pytest.mark.full
def test_a_cell_that_failed_counts_as_far_as_it_was_run(shell):
    first = f"{ONE.solution}\nx = jnp.aray([1.0])\nMyGroupNorm = None\n"
    shown = run(shell, "import jax.numpy as jnp", first, 'check(MyGroupNorm, "group_norm_1d")')
    assert shown.report.outcome == "right"


@pytest.mark.full
def test_magics(shell):
    run(shell, f"%%check moments\n{MOMENTS}")
    assert shell.user_ns["_"].report.outcome == "right"
    assert "moments" in shell.user_ns
    shown = shell.user_ns["_"]
    run(shell, "%%check moments\nraise ValueError('mine')")
    assert shell.user_ns["_"] is shown  # the error is shown as any cell's is, and nothing else
    assert repr(run(shell, "%hint moments")).startswith("Hint 1 of ")
    run(shell, "%%check\nx = 1")
    assert "Choose an exercise" in repr(shell.user_ns["_"])


def test_a_notebook_s_own_magics_stay(shell):
    shell.register_magic_function(lambda _: "mine", magic_kind="line", magic_name="hint")
    ours.load_ipython_extension(shell)
    assert run(shell, "%hint") == "mine"


@pytest.mark.full
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


@pytest.mark.full
def test_packages_of_the_learner_s_own_do_not_get_in_the_way(tmp_path):
    """A notebook's folder comes first on the search path; what is in it must not be taken for what we import."""
    for name in ("exercises", "tests", "benchmarks", "course", "samples"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise ImportError('shadowed')\n", "utf-8")
    for name in ("rich", "click"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('shadowed')\n", "utf-8")
    cells = [MOMENTS, "from grader.notebook import check; check(moments)"]
    script = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        f"for cell in {cells!r}: shown = shell.run_cell(cell, store_history=True).result\n"
        "print(shown.report.outcome, len(shown._repr_mimebundle_()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300
    )
    assert (done.stdout.splitlines() or [""])[-1] == "right 3", done.stderr


def test_a_fault_of_ours_is_a_sentence_and_logged(shell, monkeypatch, caplog):
    def broken(*_, **__):
        raise RuntimeError("\x1b[2Jours")

    monkeypatch.setattr(ours, "grade", broken)
    said = repr(run(shell, ONE.solution, 'check(MyGroupNorm, "group_norm_1d")'))
    assert said == ("The grader itself failed (RuntimeError: \\x1b[2Jours). This is not the fault of your program.")
    assert caplog.records[-1].exc_info[0] is RuntimeError


@pytest.mark.full
@pytest.mark.parametrize("debug", ["", "1"])
def test_a_notebook_shows_the_traceback_of_our_fault_only_on_request(debug):
    script = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "import grader.notebook as ours\n"
        "def fails(*_, **__): raise RuntimeError('ours')\n"
        "ours.grade = fails\n"
        "shell = InteractiveShell.instance()\n"
        f"for cell in {[MOMENTS, 'ours.check(moments)']!r}:\n"
        "    shell.user_ns['ours'] = ours\n"
        "    shown = shell.run_cell(cell, store_history=True).result\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True, text=True, check=True, timeout=300, env={**os.environ, "GRADER_DEBUG": debug},
    )  # fmt: skip
    assert "The grader itself failed (RuntimeError: ours). This is not the fault of your program." in done.stdout
    assert ("Traceback" in done.stderr, "in fails" in done.stderr) == (bool(debug), bool(debug))


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
    assert main.run(["notebook", "moments", "--out", str(tmp_path), "--install", "https://x.org/a.whl"]) == 0
    assert "%pip install -q https://x.org/a.whl" in (tmp_path / "moments.ipynb").read_text("utf-8")
    assert main.run(["notebook", "--all", "--out", str(tmp_path / "all")]) == 0
    assert len(list((tmp_path / "all").iterdir())) == len(load_all()) + 1
    assert main.run(["notebook", "moments", "--out", str(tmp_path)]) == 2
    assert "already exists and was not changed" in " ".join(capsys.readouterr().err.split())
    assert main.run(["notebook", "--out", str(tmp_path)]) == 2
    assert "name one exercise, or give --all" in capsys.readouterr().err


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


@pytest.mark.full
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


@pytest.mark.full
@pytest.mark.parametrize("idea", WRONG_IDEAS)
def test_a_wrong_program_in_a_kernel_is_named(idea, request):
    if idea != "eps_outside_root" and not every(request):
        pytest.skip("a kernel each: --every-wrong-submission runs all of them")
    exercise, program, words = WRONG_IDEAS[idea]
    assert words in executed(exercise, program)
