# tries: Sends JAX to a platform that is not there, for whoever comes next.
# must: The verdict is wrong and the next submission is graded as ever.

import os

import jax
from flax import linen as nn

os.environ["JAX_PLATFORMS"] = "tpu"
os.environ["XLA_FLAGS"] = "--xla_nonsense=1"
jax.config.update("jax_platforms", "tpu")
jax.clear_caches()


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
