# tries: Returns an object that runs code when it is pickled or copied.
# must: The verdict is wrong and nothing is pickled.

from flax import linen as nn

class Code:
    def __reduce_ex__(self, protocol):
        return eval, ("open('{{SCRATCH}}/unpickled', 'w')",)
    __getstate__ = __deepcopy__ = __copy__ = __reduce_ex__


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return Code()
