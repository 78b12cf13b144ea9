# tries: Loops for ever in compiled code, where no signal handler of Python's runs.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

import jax
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return jax.lax.while_loop(lambda y: True, lambda y: y + 1, x)
