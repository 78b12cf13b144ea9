# tries: Lets another process, where nothing is patched, do the work.
# must: The verdict is wrong: it is right only if another process could be started.

import subprocess
import sys

import jax
import jax.numpy as jnp
from flax import linen as nn

text = """
import sys, numpy, jax
x = numpy.array(eval(sys.argv[1]), "float32")
print(jax.nn.standardize(x, axis=-1, epsilon=float(sys.argv[2])).tolist())
"""


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        arguments = [str(x.reshape(self.num_groups, -1).tolist()), str(self.eps)]
        out = subprocess.check_output([sys.executable, "-c", text, *arguments])
        return gamma * jnp.array(eval(out)).reshape(x.shape) + beta
