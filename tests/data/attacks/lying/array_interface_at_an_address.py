# tries: Returns an object whose array interface points at any address.
# must: The verdict is wrong: it is no array.

from flax import linen as nn

class Any:
    __array_interface__ = {'shape': (6,), 'typestr': '<f4', 'data': (id(object), True), 'version': 3}


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        self.param("gamma", nn.initializers.ones, x.shape)
        self.param("beta", nn.initializers.zeros, x.shape)
        return Any()
