# tries: Loops for ever in a function that compiled code calls back.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

import jax
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        def forever(y):
            while True:
                pass

        return jax.pure_callback(forever, jax.ShapeDtypeStruct(x.shape, x.dtype), x)
