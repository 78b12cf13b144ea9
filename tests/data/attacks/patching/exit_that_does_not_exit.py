# tries: Replaces os._exit, so that the worker does not end.
# must: It is over within the limit and the verdict is wrong.
# limit: 3

import os
import time

from flax import linen as nn

os._exit = lambda _: time.sleep(30)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
