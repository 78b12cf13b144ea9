# tries: Returns an array of a class that says it has four bytes and has 40 million.
# must: The verdict is wrong: only bytes, dtype and shape count.

import numpy as np
from flax import linen as nn

class Small(np.ndarray):
    nbytes = 4
    shape = property(lambda _: (6,))
    size = 6


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        self.param("gamma", nn.initializers.ones, x.shape)
        self.param("beta", nn.initializers.zeros, x.shape)
        return np.zeros(10_000_000, 'float32').view(Small)
