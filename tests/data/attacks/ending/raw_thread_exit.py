# tries: Ends only the main thread by the system call exit(2), so that a process without a main thread stays.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

import ctypes

from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        ctypes.CDLL(None).syscall(60, 0)
