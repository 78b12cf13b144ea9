"""What an exercise forbids is refused under every name; what it does not forbid works as before."""

import pytest
from telling import said

from grader.course.loader import load
from grader.pipeline import grade
from grader.sandbox.fresh import FreshRunner
from grader.submission.reading import Submission

EXERCISE = load("group_norm_1d")
TEMPLATE = """
import jax, jax.numpy as jnp, flax, importlib
from flax import linen as nn, nnx
{before}
class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5
    @nn.compact
    def __call__(self, x):
        {body}
"""
FORBIDDEN = {
    "directly": ("", "return nn.GroupNorm(self.num_groups)(x)", "flax.linen.GroupNorm"),
    "by getattr": ("Norm = getattr(nn, 'Layer' + 'Norm')", "return Norm()(x)", "flax.linen.LayerNorm"),
    "by importlib": ("m = importlib.import_module('flax.linen')", "return m.RMSNorm()(x)", "flax.linen.RMSNorm"),
    "by a subclass": ("class Own(nn.LayerNorm): pass", "return Own()(x)", "flax.linen.LayerNorm"),
    "as a function": ("", "return jax.nn.standardize(x)", "jax.nn.standardize"),
    "as a private function": (
        "from flax.linen import normalization as n",
        "return n._compute_stats(x, [-1], None)[0]",
        "flax.linen.normalization._compute_stats",
    ),
    "in NNX": ("", "return nnx.LayerNorm(6, rngs=nnx.Rngs(0))(x)", "flax.nnx.LayerNorm"),
    "swallowed": (
        "",
        "try:\n            nn.LayerNorm()(x)\n        except BaseException:\n            return x",
        "LayerNorm",
    ),
}


def report(before, body):
    source = TEMPLATE.format(before=before, body=body)
    return grade(EXERCISE, Submission(name="s.py", source=source), seed=0, runner=FreshRunner())


@pytest.mark.full
@pytest.mark.parametrize("name", FORBIDDEN)
def test_forbidden(name):
    before, body, says = FORBIDDEN[name]
    found = report(before, body)
    assert found.outcome == "wrong"
    assert found.score == 0
    assert said(found.cases[0]).startswith("not allowed here: ")
    assert says in said(found.cases[0]).splitlines()[0]


@pytest.mark.full
@pytest.mark.parametrize("package", ["groupnorm_jax", "exercises.group_norm_1d.solution"])
def test_our_own_packages_cannot_be_imported(package):
    found = report(f"from {package} import MyGroupNorm as Theirs", "return Theirs(self.num_groups)(x)")
    assert found.error is not None
    assert found.error.kind in ("forbidden", "import")
    assert found.score == 0


@pytest.mark.full
def test_other_modules_of_flax_work():
    found = report("", "return nn.Dense(x.shape[-1])(nn.Dropout(0.5, deterministic=True)(x))")
    assert "the parameters must be beta, gamma; yours are Dense_0/bias, Dense_0/kernel" in said(found.cases[0])
