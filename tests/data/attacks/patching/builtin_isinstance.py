# tries: Makes everything an instance and a subclass of everything.
# must: The verdict is wrong: the judge is another process.

import builtins

from flax import linen as nn

builtins.isinstance = builtins.issubclass = builtins.hasattr = lambda *_: True


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
