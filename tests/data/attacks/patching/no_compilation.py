# tries: Switches compilation off and checks for NaN on, for whoever comes next.
# must: The verdict is wrong and the next submission is graded as ever.

import jax
from flax import linen as nn

jax.config.update("jax_disable_jit", True)
jax.config.update("jax_debug_nans", True)
jax.config.update("jax_numpy_rank_promotion", "raise")


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
