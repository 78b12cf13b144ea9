"""``grader explain``: passes counted on small programs, and the command through its entry point."""

import numpy as np
import pytest

from grader.cli.main import run
from grader.course.loader import load
from grader.learner.explain import measured, passes
from grader.sandbox.base import Ending, Run
from grader.sandbox.transcript import Step, Transcript
from grader.submission.reading import Submission
from grader.worker import jaxpr_trace

PROGRAMS = {
    "two-pass": ("(x - x.mean(-1, keepdims=True)) / jnp.sqrt(x.var(-1, keepdims=True) + 1)", 3),
    "one-pass": ("(x - x.mean(-1, keepdims=True)) * jax.lax.rsqrt((x * x).mean(-1, keepdims=True) + 1)", 2),
    "by groups": ("jnp.concatenate([p - p.mean(-1, keepdims=True) for p in jnp.split(x, 2, -1)], -1) * gamma", 2),
    "shifted": ("((x - x[:, :1]) ** 2).mean(-1) - (x - x[:, :1]).mean(-1) ** 2", 1),
    "merged": ("x - x.mean(0).reshape(2, 3).mean(-1).repeat(3)", 2),
    "value by value": ("x * gamma + 1", 1),
    "einsum": ("x - jnp.einsum('nc->n', x)[:, None] / 6", 2),
}


@pytest.mark.sample(2)
@pytest.mark.parametrize(("text", "count"), PROGRAMS.values(), ids=PROGRAMS)
def test_passes_over_x(text, count):
    namespace = {}
    exec(compile(f"import jax, jax.numpy as jnp\ndef f(gamma, x): return {text}", "program.py", "exec"), namespace)
    arguments = (np.ones(6, np.float32), np.arange(24, dtype=np.float32).reshape(4, 6))
    rows, outputs, arrays = jaxpr_trace.steps(namespace["f"], arguments, "program.py")
    steps = [_step(row, arrays[str(i)]) for i, row in enumerate(rows)]
    assert passes(steps, outputs) == count


def _step(row, value):
    line, caller, function, operation, inputs = row
    return Step(line=line, caller=caller, function=function, operation=operation, value=value, inputs=tuple(inputs))


@pytest.mark.full
def test_a_solved_exercise_is_explained(tmp_path, capsys):
    exercise = load("group_norm_1d")
    file = tmp_path / "mine.py"
    file.write_text(exercise.solution.replace("import jax.numpy as jnp", "import jax.numpy as jnp  # mine"))
    assert run(["explain", "group_norm_1d", str(file), "--runner", "fresh"]) == 0
    out = capsys.readouterr().out
    rows = {
        line[:30].strip(): line.split()[-2:] for line in out.splitlines() if line.startswith(("passes", "residuals"))
    }
    assert rows["passes over x"] == ["3", "3"]
    yours, solution = next(v for name, v in rows.items() if name.startswith("residuals"))
    assert yours == solution
    assert 1 <= float(yours) < 20
    assert exercise.spec.production
    assert exercise.spec.production[:40] in " ".join(out.split())


@pytest.mark.parametrize(("slug", "case"), [("group_norm_images", "images"), ("sharded_group_norm", "long pieces")])
def test_the_largest_plain_call_is_looked_into_or_else_one_under_jit(slug, case):
    exercise, looks = load(slug), []

    class Watching:
        def run(self, _, follow_up):
            nothing = Run(ending=Ending(kind="gone"), transcript=Transcript())
            looks.append(follow_up(nothing).case)
            return nothing

    measured(exercise, Submission(name="a.py", source=""), seed=0, runner=Watching())
    largest = exercise.spec.cases[looks[0]].x.shape
    assert np.prod(largest) == np.prod(next(c.x.shape for c in exercise.spec.cases if c.name == case))


@pytest.mark.full
def test_it_is_for_solved_exercises(tmp_path, capsys):
    exercise = load("group_norm_1d")
    file = tmp_path / "mine.py"
    for source in (exercise.starter, exercise.solution.replace("+ self.eps", "")):
        file.write_text(source)
        assert run(["explain", "group_norm_1d", str(file), "--runner", "fresh"]) == 1
        assert "explain compares a solved exercise" in capsys.readouterr().err
    assert run(["explain", "group_norm_1d", str(tmp_path / "none.py")]) == 2
