# tries: Returns an array whose shape is another one at each look.
# must: The verdict is wrong: only bytes, dtype and shape count.
# earns: 2

import itertools

import numpy as np
from flax import linen as nn

shapes = itertools.cycle([(6,), (1 << 40,), (-1,), ()])

class Changing(np.ndarray):
    shape = property(lambda _: next(shapes))


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        self.param("gamma", nn.initializers.ones, x.shape)
        self.param("beta", nn.initializers.zeros, x.shape)
        return np.zeros(x.shape, x.dtype).view(Changing)
