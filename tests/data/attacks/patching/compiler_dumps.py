# tries: Lets the compiler, which is no Python, write what it does into a folder of the user's.
# must: The folder is as it was and the verdict is wrong.
# limit: 2

import jax
import jax.numpy as jnp
from flax import linen as nn

options = {"xla_dump_to": "{{SCRATCH}}", "xla_dump_hlo_as_text": True}
jax.jit(lambda y: y * 17 + 3).lower(jnp.ones(6)).compile(compiler_options=options)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
