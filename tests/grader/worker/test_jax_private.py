"""What a new JAX broke: the test names the private name that is gone, and what is lost without it."""

from importlib import import_module

import jax
import jax.numpy as jnp

from grader.worker import jax_private, jaxpr_trace

FILE = "submission_under_test.py"
SOURCE = """
@jax.custom_vjp
def double(x):
    return x * 2

def forward(x):
    return double(x), None

def backward(_, g):
    return (g * 2,)

double.defvjp(forward, backward)

def f(x):
    return double(x).sum()
"""


def is_there(name):
    module, _, attribute = name.rpartition(".")
    try:
        return hasattr(import_module(module), attribute)
    except ImportError:
        return False


def test_every_private_name_is_there():
    missing = [f"{name}: {lost}" for name, lost in jax_private.LOST.items() if not is_there(name)]
    assert not missing, "\n".join([f"jax {jax.__version__} lacks", *missing])


def test_a_backward_pass_has_its_own_lines():
    namespace = {"jax": jax}
    exec(compile(SOURCE, FILE, "exec"), namespace)
    rows, _, _ = jaxpr_trace.steps(jax.grad(namespace["f"]), (jnp.ones(3),), FILE)
    assert 10 in [row[0] for row in rows]


def test_all_compilations_share_one_context(monkeypatch):
    mlir = import_module("jax._src.interpreters.mlir")
    monkeypatch.setattr(mlir, "make_ir_context", mlir.make_ir_context)
    jax_private.keep_ir_context()
    assert mlir.make_ir_context() is mlir.make_ir_context()


def test_a_backend_that_has_started_is_noticed(monkeypatch):
    jnp.ones(3).block_until_ready()
    assert jax_private.has_backend()
    monkeypatch.setattr("jax._src.xla_bridge._backends", {})
    assert not jax_private.has_backend()


def test_a_cache_that_cannot_be_used_says_so(monkeypatch):
    monkeypatch.delattr("jax._src.compilation_cache._cache")
    assert jax_private.use_cache({}.get, {}.__setitem__) == "no compile cache: jax's interface differs (AttributeError)"


def test_without_the_names_everything_stands_aside(monkeypatch):
    monkeypatch.delattr("jax._src.source_info_util.user_context")
    with jax_private.own_frames():
        pass
    for name in ("_create_ir_context", "make_ir_context"):
        monkeypatch.delattr(f"jax._src.interpreters.mlir.{name}", raising=False)
    jax_private.keep_ir_context()
    assert not hasattr(import_module("jax._src.interpreters.mlir"), "make_ir_context")
