# tries: Raises what an ordinary except clause does not catch, in every call.
# must: The verdict is wrong, and the last case too: it asks for an Exception.

from flax import linen as nn

class Quiet(BaseException):
    pass


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        raise Quiet
