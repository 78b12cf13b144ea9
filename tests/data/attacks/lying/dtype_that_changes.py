# tries: Returns an object whose dtype passes the check and is another one afterwards.
# must: The verdict is wrong, not "not checked".
# earns: 2

import itertools

import numpy as np
from flax import linen as nn

dtypes = itertools.chain([np.dtype('float32')], itertools.repeat(np.dtype(object)))

class Changing(np.ndarray):
    dtype = property(lambda _: next(dtypes))


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        self.param("gamma", nn.initializers.ones, x.shape)
        self.param("beta", nn.initializers.zeros, x.shape)
        return np.zeros(x.shape, x.dtype).view(Changing)
