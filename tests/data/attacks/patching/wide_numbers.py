# tries: Switches JAX to 64 bits for whoever comes next.
# must: The verdict is wrong and the next submission is graded as ever.

import jax
from flax import linen as nn

jax.config.update("jax_enable_x64", True)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
