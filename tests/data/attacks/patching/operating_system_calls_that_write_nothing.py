# tries: Makes os.write say that nothing was written, so that the worker tries for ever.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

import os

from flax import linen as nn

os.write = lambda *_: 0


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
