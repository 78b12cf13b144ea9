"""On four devices, emulated in a process of its own: groups across them, samples among them, meshes of either kind."""

import os
import subprocess
import sys
import textwrap

import pytest
from sampled import sampled

PRELUDE = """
import jax, jax.numpy as jnp, numpy as np
from jax.sharding import NamedSharding, PartitionSpec as P
from functools import partial
import groupnorm_jax as ours
mesh = jax.sharding.Mesh(np.array(jax.devices()), ("d",))
shard_map = getattr(jax, "shard_map", None) or __import__("jax.experimental.shard_map", fromlist=["x"]).shard_map
rng = np.random.default_rng(0)
def near(got, want, tolerance=2e-6):
    want = np.asarray(want, np.float64)
    error = np.abs(np.asarray(got, np.float64) - want).max() / max(1, np.abs(want).max())
    assert error < tolerance, error
def exact(x, groups, eps=1e-5):
    g = np.asarray(x, np.float64).reshape(x.shape[0], -1, groups, x.shape[-1] // groups)
    c = g - g.mean((1, 3), keepdims=True)
    return (c / np.sqrt((c**2).mean((1, 3), keepdims=True) + eps)).reshape(x.shape)
"""

CASES = {
    "groups across devices, at any mean": """
        for ratio in (0, 1e3, 1e5):
            for shape in ((2, 16, 5, 8), (2, 16, 4, 8)):
                x = jnp.asarray(rng.normal(ratio, 1, shape), jnp.float32)
                f = shard_map(lambda x: ours.group_norm(x, 2, axis_name="d"), mesh=mesh, in_specs=P(None, "d"), out_specs=P(None, "d"))
                near(jax.jit(f)(x), exact(x, 2))
    """,
    "gradients of groups across devices": """
        x, dy = (jnp.asarray(rng.normal(10, 1, (2, 16, 5, 8)), jnp.float32) for _ in range(2))
        f = shard_map(lambda x: ours.group_norm(x, 2, axis_name="d"), mesh=mesh, in_specs=P(None, "d"), out_specs=P(None, "d"))
        got = jax.jit(jax.grad(lambda x: (f(x) * dy).sum()))(x)
        near(got, jax.grad(lambda x: (ours.group_norm(x, 2) * dy).sum())(x), 1e-5)
    """,
    "samples among devices, and gradients": """
        x = jnp.asarray(rng.normal(size=(8, 4, 4, 8)), jnp.float32)
        for norm in (partial(ours.group_norm, num_groups=2), ours.layer_norm, ours.instance_norm, ours.rms_norm):
            f = shard_map(norm, mesh=mesh, in_specs=P("d"), out_specs=P("d"))
            near(f(x), norm(x))
            near(*(jax.grad(lambda x: jnp.square(g(x) - x).sum())(x) for g in (f, norm)), 1e-5)
    """,
    "a sharded sequence stays where it is": """
        x = jax.device_put(jnp.asarray(rng.normal(size=(4, 16, 8)), jnp.float32), NamedSharding(mesh, P(None, "d")))
        for norm in (ours.layer_norm, ours.rms_norm):
            compiled = jax.jit(norm).lower(x).compile()
            assert "all-gather" not in compiled.as_text()
            assert compiled(x).sharding.is_equivalent_to(x.sharding, 3), compiled(x).sharding
    """,
    "explicit meshes": """
        if not hasattr(jax, "set_mesh") or not hasattr(jax.sharding, "AxisType"):
            raise SystemExit("skip: this JAX has no explicit meshes")
        with jax.set_mesh(jax.make_mesh((4,), ("d",), axis_types=(jax.sharding.AxisType.Explicit,))):
            for shape, norm in (
                ((8, 6, 6, 8), partial(ours.group_norm, num_groups=2)),
                ((8, 6, 8), partial(ours.group_norm, num_groups=2)),
                ((8, 8), partial(ours.group_norm, num_groups=2)),
                ((8, 8, 6, 6), partial(ours.group_norm, num_groups=2, channel_axis=1)),
                ((8, 6, 8), ours.layer_norm),
                ((8, 6, 8), ours.rms_norm),
            ):
                x = jnp.asarray(rng.normal(size=shape), jnp.float32)
                sharded = jax.device_put(x, P("d"))
                near(jax.jit(norm)(sharded), norm(x))
                near(*(jax.jit(jax.grad(lambda x: jnp.square(norm(x) - x).sum()))(v) for v in (sharded, x)), 1e-5)
    """,
}


@pytest.mark.full
@pytest.mark.parametrize("name", sampled(CASES, default="groups across devices, at any mean".__eq__))
def test_on_four_devices(name):
    flags = os.environ.get("XLA_FLAGS", "") + " --xla_force_host_platform_device_count=4"
    run = subprocess.run(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(CASES[name])],
        env={**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if run.stderr.startswith("skip: "):
        pytest.skip(run.stderr.removeprefix("skip: ").strip())
    assert run.returncode == 0, run.stderr[-3000:]
