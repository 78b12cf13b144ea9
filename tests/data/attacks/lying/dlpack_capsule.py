# tries: Returns an object that hands over a DLPack capsule.
# must: The verdict is wrong: it is no array.

import numpy as np
from flax import linen as nn

class Any:
    def __dlpack__(self, **_):
        return np.zeros(6, 'float32').__dlpack__()

    def __dlpack_device__(self):
        return (1, 0)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        self.param("gamma", nn.initializers.ones, x.shape)
        self.param("beta", nn.initializers.zeros, x.shape)
        return Any()
