# tries: Overwrites the number 2 in the interpreter's memory by 3.
# must: The verdict is wrong, not "not checked", and the next submission is graded as ever.

import ctypes

from flax import linen as nn

ctypes.memmove(id(2) + 24, id(3) + 24, 4)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
