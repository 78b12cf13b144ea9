"""Each argument of a call is checked once: a layer and the function beneath it share one gate."""

import collections
import functools
import inspect
import sys

import jax
import jax.numpy as jnp
import pytest
from registry import ENTRIES, C, each, each_drop_in, parameters

from groupnorm_jax import _checks

CHECKS = {name: check for name, check in vars(_checks).items() if name.startswith("check_")}
X = jnp.ones((2, 4, 4, C))
CALL = {
    "mask": jnp.ones((2, 4, 4, 1), bool),
    "scale": jnp.ones((2, C)),
    "bias": jnp.ones(C),
    "residual": X,
}


@pytest.fixture
def counted(monkeypatch):
    """Counts checks, by the check and the argument that it names."""
    count = collections.Counter()

    def watched(check):
        @functools.wraps(check)
        def called(*args, **kwargs):
            given = inspect.signature(check).bind(*args, **kwargs).arguments
            count[check.__name__, given.get("name", "")] += 1
            return check(*args, **kwargs)

        return called

    modules = [module for name, module in sys.modules.items() if name.split(".")[0] == "groupnorm_jax"]
    for name, check in CHECKS.items():
        replacement = watched(check)
        for module in modules:
            if vars(module).get(name) is check:
                monkeypatch.setattr(module, name, replacement)
    return count


def twice(count):
    return {key: times for key, times in count.items() if times > 1}


@pytest.mark.full
@each_drop_in
def test_a_layer_checks_each_argument_once(name, counted):
    entry = ENTRIES[name]
    variables, _ = parameters(entry)
    entry.linen.apply(variables, X, **CALL)
    of_linen = dict(counted)
    assert not twice(counted)
    layer = entry.nnx()
    counted.clear()
    layer(X, **CALL)
    assert dict(counted) == of_linen
    for check in ("input", "eps", "dtype", "where", "residual", "activation", "axis_name"):
        assert sum(times for (called, _), times in counted.items() if called == f"check_{check}") == 1, check
    assert counted["check_parameter", "scale"] == counted["check_parameter", "bias"] == 1


@pytest.mark.sample(2)
@each
def test_a_function_checks_each_argument_once(name, counted):
    entry = ENTRIES[name]
    if entry.function is None:
        entry.linen.init(jax.random.key(0), X)
    else:
        gamma, beta = CALL["scale"], CALL["bias"]
        entry.function(X, gamma=gamma, beta=beta, where=CALL["mask"], residual=X, axis_index_groups=None)
    assert counted
    assert not twice(counted)


@pytest.mark.sample(2)
@each
def test_a_plain_call_makes_few_checks(name, counted):
    """It has some ten arguments and settings, and a check may call another."""
    entry = ENTRIES[name]
    entry.linen.init(jax.random.key(0), X)
    assert not twice(counted)
    assert 8 <= sum(counted.values()) <= 20
