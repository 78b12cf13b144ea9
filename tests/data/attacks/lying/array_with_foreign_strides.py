# tries: Returns an array whose strides reach beyond its memory.
# must: The verdict is wrong.

import numpy as np
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        self.param("gamma", nn.initializers.ones, x.shape)
        self.param("beta", nn.initializers.zeros, x.shape)
        return np.lib.stride_tricks.as_strided(np.zeros(1, 'f4'), (6,), (1 << 30,))
