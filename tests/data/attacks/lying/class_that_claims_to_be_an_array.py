# tries: Returns an object whose __class__ is ndarray and whose array has objects in it.
# must: The verdict is wrong, not "not checked".

import numpy as np
from flax import linen as nn

class Claim:
    __class__ = np.ndarray
    dtype, shape, nbytes, ndim = np.dtype('float32'), (6,), 24, 1

    def __array__(self, dtype=None, copy=None):
        return np.array([print] * 6, dtype=object)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        self.param("gamma", nn.initializers.ones, x.shape)
        self.param("beta", nn.initializers.zeros, x.shape)
        return Claim()
