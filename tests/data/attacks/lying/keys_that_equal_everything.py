# tries: Names parameters by an object that equals every name.
# must: The verdict is wrong.

from flax import linen as nn

class Key(str):
    __eq__ = lambda *_: True
    __hash__ = lambda _: hash('gamma')
    __str__ = __repr__ = lambda _: 'params/gamma'


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def init(self, rngs, x):
        return {Key("params"): {Key("gamma"): x / x, "beta": x * 0}}

    def apply(self, variables, x):
        return x
