# tries: Raises an exception whose class ends the process when asked for its name.
# must: The verdict is wrong, by the exception and not by an exit.

import os

import jax.numpy as jnp
from flax import linen as nn

class Meta(type):
    __name__ = property(lambda _: os._exit(0))
    __str__ = __repr__ = lambda _: os._exit(0)

class Nameless(Exception, metaclass=Meta):
    pass


class MyGroupNorm(nn.Module):
    raise Nameless

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
