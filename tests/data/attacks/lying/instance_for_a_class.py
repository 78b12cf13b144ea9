# tries: Defines an object that claims to be a class and a Flax module.
# must: The verdict is wrong: it must be a class.

from flax import linen as nn

class Claim:
    __class__ = type
    __mro__ = (nn.Module, object)
    __call__ = apply = init = lambda *_, **__: 0

MyGroupNorm = Claim()
