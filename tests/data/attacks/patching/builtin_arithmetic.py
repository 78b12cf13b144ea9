# tries: Makes sum, abs, max, min, round and len zero.
# must: The verdict is wrong: the judge is another process.

import builtins

from flax import linen as nn

for name in ("sum", "abs", "max", "min", "round", "len"):
    setattr(builtins, name, lambda *_, **__: 0)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
