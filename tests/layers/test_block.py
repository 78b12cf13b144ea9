"""A Flax residual block whose checkpoint, written with Flax's norm, is read with ours and says the same."""

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn
from flax import serialization

import groupnorm_jax

pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("default")]  # the warnings are Flax's


class Block(nn.Module):
    """Two convolutions, each after a norm and an activation, with the time's scale and shift; as in a U-Net."""

    norm: type
    features: int = 16

    @nn.compact
    def __call__(self, x, time):
        h = nn.Conv(self.features, (3, 3))(nn.silu(self.norm(num_groups=4, epsilon=1e-6, name="norm_0")(x)))
        scale, shift = jnp.split(nn.Dense(2 * self.features)(nn.silu(time)), 2, -1)
        h = self.norm(num_groups=4, epsilon=1e-6, name="norm_1")(h)
        h = nn.silu(h * (1 + scale[:, None, None]) + shift[:, None, None])
        return x + nn.Conv(self.features, (3, 3))(h)


class Joined(nn.Module):
    """The same block, with all that our layer takes upon itself."""

    features: int = 16

    @nn.compact
    def __call__(self, x, time):
        first = groupnorm_jax.GroupNorm(4, activation="silu", name="norm_0")
        h = nn.Conv(self.features, (3, 3))(first(x))
        scale, shift = jnp.split(nn.Dense(2 * self.features)(nn.silu(time)), 2, -1)
        second = groupnorm_jax.GroupNorm(4, activation="silu", name="norm_1")
        return x + nn.Conv(self.features, (3, 3))(second(h, scale=1 + scale, bias=shift))


def test_a_checkpoint_of_flax_is_ours():
    rng = np.random.default_rng(0)
    x, time = (jnp.asarray(rng.normal(size=shape), jnp.float32) for shape in ((2, 8, 8, 16), (2, 5)))
    theirs = Block(nn.GroupNorm)
    with jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"):
        variables = jax.jit(theirs.init)(jax.random.key(0), x, time)
        # As trained: no scale is one, no offset zero.
        variables = jax.tree.map(lambda p: p + jnp.asarray(rng.normal(0, 0.3, p.shape), p.dtype), variables)
        written = serialization.to_bytes(variables)
        results = []
        for block in (theirs, Block(groupnorm_jax.GroupNorm), Joined()):
            empty = jax.eval_shape(block.init, jax.random.key(1), x, time)
            chex.assert_trees_all_equal_shapes_and_dtypes(empty, variables)
            read = serialization.from_bytes(empty, written)

            def loss(variables, block=block):
                y = block.apply(variables, x, time)
                return jnp.square(y).mean(), y

            (_, y), gradient = jax.jit(jax.value_and_grad(loss, has_aux=True))(read)
            results.append((y, gradient))
    chex.assert_trees_all_close(*results, atol=2e-5, rtol=1e-4)
