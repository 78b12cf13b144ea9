"""Every public layer, once: how to make it, and which values share their statistics."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest
from comparing import drawn
from flax import linen as nn
from flax import nnx
from sampled import sampled

import groupnorm_jax
import groupnorm_jax.nnx as ours_nnx

EPS = 1e-5
# dtype -> largest error relative to max(1, largest output), measured at 2e-15, 6e-7, 5e-4 and 4e-3.
TOLERANCES = {"float64": 1e-14, "float32": 2e-6, "float16": 1e-3, "bfloat16": 8e-3}


@dataclass(frozen=True)
class Entry:
    """A layer, how to make it, and which values share their statistics."""

    linen: nn.Module
    nnx: nnx.Module
    function: object  # of x and keywords gamma, beta, eps
    labels: object  # of a shape: for each value, the number of its group
    centred: bool = True
    names: tuple[str, ...] = ("scale", "bias")


def per_sample(shape, groups):
    channel = np.arange(shape[-1]) * groups // shape[-1]
    sample = np.arange(shape[0]).reshape((-1,) + (1,) * (len(shape) - 1))
    return np.broadcast_to(sample * groups + channel, shape)


def per_position(shape, groups):
    flat = per_sample((int(np.prod(shape[:-1])), shape[-1]), groups)
    return flat.reshape(shape)


C, G = 12, 3
NNX = {"rngs": nnx.Rngs(0)}
ENTRIES = {
    "GroupNorm": Entry(
        groupnorm_jax.GroupNorm(G, epsilon=EPS),
        partial(ours_nnx.GroupNorm, C, G, epsilon=EPS, **NNX),
        partial(groupnorm_jax.group_norm, num_groups=G),
        lambda shape: per_sample(shape, G),
    ),
    "InstanceNorm": Entry(
        groupnorm_jax.InstanceNorm(epsilon=EPS),
        partial(ours_nnx.InstanceNorm, C, epsilon=EPS, **NNX),
        groupnorm_jax.instance_norm,
        lambda shape: per_sample(shape, C),
    ),
    "LayerNorm": Entry(
        groupnorm_jax.LayerNorm(epsilon=EPS),
        partial(ours_nnx.LayerNorm, C, epsilon=EPS, **NNX),
        groupnorm_jax.layer_norm,
        lambda shape: per_position(shape, 1),
    ),
    "MyGroupNorm": Entry(
        groupnorm_jax.MyGroupNorm(G, eps=EPS),
        partial(ours_nnx.MyGroupNorm, C, G, eps=EPS),
        None,
        lambda shape: per_position(shape, G),
        names=("gamma", "beta"),
    ),
    "RMSNorm": Entry(
        groupnorm_jax.RMSNorm(epsilon=EPS),
        partial(ours_nnx.RMSNorm, C, epsilon=EPS, **NNX),
        groupnorm_jax.rms_norm,
        lambda shape: per_position(shape, 1),
        centred=False,
        names=("scale",),
    ),
}
DROP_IN = sorted(set(ENTRIES) - {"MyGroupNorm"})
each = pytest.mark.parametrize("name", sorted(ENTRIES))
each_drop_in = pytest.mark.parametrize("name", DROP_IN)
# For what takes seconds to compile: `pytest` alone compiles one layer, `pytest --full` all.
each_but_one_full = pytest.mark.parametrize("name", sampled(sorted(ENTRIES), default="MyGroupNorm".__eq__))
each_drop_in_but_one_full = pytest.mark.parametrize("name", sampled(DROP_IN, default="GroupNorm".__eq__))


def oracle(entry, x, scale=1.0, bias=0.0, where=None):
    """Two-pass in float64, group by group."""
    x = np.asarray(x, np.float64)
    labels, weight = entry.labels(x.shape).ravel(), np.broadcast_to(1.0 if where is None else where, x.shape).ravel()
    values = np.where(weight > 0, x.ravel(), 0.0)
    count = np.bincount(labels, weight)
    mean = np.bincount(labels, weight * values) / np.maximum(count, 1e-300) * entry.centred
    centred = values - mean[labels]
    variance = np.bincount(labels, weight * centred**2) / np.maximum(count, 1e-300)
    factor = np.where(count > 0, 1 / np.sqrt(variance + EPS), 0.0)
    return (centred * factor[labels]).reshape(x.shape) * np.asarray(scale, np.float64) + np.asarray(bias, np.float64)


def parameters(entry, seed=1):
    """Variables for Linen, and scale and bias for the oracle."""
    scale, bias = drawn((C,), mean=1.0, std=0.5, seed=seed), drawn((C,), seed=seed + 1)
    values = dict(zip(entry.names, (scale, bias), strict=False))
    return {"params": values}, [scale, bias if len(values) > 1 else 0.0]
