# tries: Calls the layer norm among JAX's kernels, interpreted.
# must: The verdict is wrong: it is right only if the kernel could be imported.

import jax.numpy as jnp
from flax import linen as nn
from jax.experimental.pallas.ops.gpu.layer_norm import layer_norm


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        rows = x.reshape(self.num_groups, -1)
        one = jnp.ones(rows.shape[1])
        return gamma * layer_norm(rows[None], one, one * 0, eps=self.eps, interpret=True)[0].reshape(x.shape) + beta
