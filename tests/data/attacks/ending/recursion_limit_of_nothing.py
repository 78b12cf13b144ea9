# tries: Lowers the recursion limit so far that the worker's own code fails.
# must: The verdict is wrong, not "not checked".

import sys

from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        depth, frame = 0, sys._getframe()
        while frame:
            depth, frame = depth + 1, frame.f_back
        sys.setrecursionlimit(depth + 3)
        return x
