# tries: Asks for the address of a name, which sends it to a server.
# must: With it the verdict is wrong: it is right only if it was asked.
# right: once the attack is left out

import socket

import jax.numpy as jnp
from flax import linen as nn

socket.socket(type=socket.SOCK_DGRAM).connect(("127.0.0.1", 53))
assert socket.getaddrinfo("localhost", 80)


class MyGroupNorm(nn.Module):
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
