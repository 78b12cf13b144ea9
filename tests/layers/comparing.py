"""What tests share that compare numbers."""

import contextlib
import warnings

import jax
import jax.numpy as jnp
import numpy as np


@contextlib.contextmanager
def as_they_please():
    """Other libraries' code needs neither JAX's strict rules nor to be free of warnings."""
    with warnings.catch_warnings(), jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"):
        warnings.simplefilter("ignore")
        yield


def relative_error(got, want):
    got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
    assert got.shape == want.shape
    return np.abs(got - want).max(initial=0.0) / max(1.0, np.abs(want).max(initial=0.0))


def drawn(shape, dtype="float32", mean=0.5, std=2.0, seed=0):
    return jnp.asarray(np.random.default_rng(seed).normal(mean, std, shape), dtype)


def near(got, want, tolerance):
    want = np.asarray(want, np.float64)
    error = np.abs(np.asarray(got, np.float64) - want).max(initial=0.0)
    assert error <= tolerance * max(1.0, np.abs(want).max(initial=0.0)), error
