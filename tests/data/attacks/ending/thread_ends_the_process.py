# tries: Ends the process with status 0 from another thread a moment later.
# must: The verdict is wrong.

import os
import threading

from flax import linen as nn

threading.Timer(0.05, os._exit, [0]).start()


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
