# tries: Registers an exit handler that never returns.
# must: It is over within the limit and the verdict is wrong.
# limit: 2

import atexit
import time

from flax import linen as nn

atexit.register(time.sleep, 30)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
