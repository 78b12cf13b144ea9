# tries: Returns an array whose tobytes and astype return something else each time.
# must: The verdict is wrong: only bytes, dtype and shape count.
# earns: 2

import numpy as np
from flax import linen as nn

class Own(np.ndarray):
    def tobytes(self, *_):
        return b'x' * 1_000_000

    def astype(self, *_, **__):
        return self


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        self.param("gamma", nn.initializers.ones, x.shape)
        self.param("beta", nn.initializers.zeros, x.shape)
        return np.zeros(x.shape, x.dtype).view(Own)
