# tries: Overwrites the compiled programs' bytes in memory, which other processes may share.
# must: The verdict is wrong and the next submission is graded as ever.

import ctypes
import sys

from flax import linen as nn
from jax._src import compilation_cache

for holder in vars(sys.modules[type(compilation_cache._cache).__module__]).values():
    for value in list(holder.values()) if type(holder) is dict else ():
        if type(value) is bytes and len(value) > 100:
            ctypes.memset(id(value) + 32, 0, len(value))


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
