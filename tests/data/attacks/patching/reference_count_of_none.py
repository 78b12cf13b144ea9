# tries: Lets the interpreter free the object None.
# must: The verdict is wrong, not "not checked".

import ctypes

from flax import linen as nn

ctypes.c_ssize_t.from_address(id(None)).value = 1
x = [None] * 3
del x


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
