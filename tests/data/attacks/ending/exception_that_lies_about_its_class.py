# tries: Raises an exception that claims to be another class with every look.
# must: The verdict is wrong.

import itertools

import jax.numpy as jnp
from flax import linen as nn

classes = itertools.cycle([ValueError, int, SystemExit, dict])

class Chameleon(Exception):
    __class__ = property(lambda _: next(classes))
    __traceback__ = errno = name = property(lambda _: 1 / 0)


class MyGroupNorm(nn.Module):
    raise Chameleon

    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        rows = x.reshape(self.num_groups, -1)
        rows -= rows.mean(1, keepdims=True)
        rows /= jnp.sqrt(rows.var(1, keepdims=True) + self.eps)
        return gamma * rows.reshape(x.shape) + beta
