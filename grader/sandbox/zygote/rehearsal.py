"""A module that is built, initialised and applied once before a fork takes a submission.

JAX and Flax are slow the first time they make keys, fold names into them and trace common operations; the rehearsal
does it ahead of need. The module is not a norm: a submission that looks at it learns no step of an exercise.
"""


def rehearse() -> None:
    """Runs it. Only with a compile cache: without one it costs more than it saves."""
    import jax  # the warm process must not start the backend that this needs
    import jax.numpy as jnp
    from flax import linen as nn

    class Rehearsal(nn.Module):
        """Does what most modules do."""

        @nn.compact
        def __call__(self, x: jax.Array) -> jax.Array:
            """Returns an array of the shape of x."""
            a = self.param("a", nn.initializers.ones, (x.shape[-1],))
            b = self.param("b", nn.initializers.zeros, (x.shape[-1],), jnp.float32)
            halves = x.reshape((*x.shape[:-1], 2, -1))
            total = halves.sum(axis=-1, keepdims=True) + jnp.mean(halves, axis=-1, keepdims=True)
            return (jnp.sqrt(jnp.abs(halves)) / (1.0 + total * total)).reshape(x.shape) * a - b

    module, x = Rehearsal(), jnp.asarray([[1.0, 2.0, 3.0, 4.0]], jnp.float32)
    module.apply(module.init(jax.random.PRNGKey(0), x), x)
