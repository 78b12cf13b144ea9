# tries: Returns an object whose dtype has a name that is another one at each look.
# must: The verdict is wrong, not "not checked".

import itertools

import numpy as np
from flax import linen as nn

names = itertools.cycle(['float32', 'object', 'V8'])

class Type:
    name = property(lambda _: next(names))

class Claim:
    __class__ = np.ndarray
    dtype = Type()


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        self.param("gamma", nn.initializers.ones, x.shape)
        self.param("beta", nn.initializers.zeros, x.shape)
        return Claim()
