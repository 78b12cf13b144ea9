# tries: Makes the worker's record of printed text a hundred megabytes long.
# must: The verdict is wrong and the report is short.

import sys

from flax import linen as nn

frame = sys._getframe()
while "printed" not in frame.f_locals:
    frame = frame.f_back
frame.f_locals["printed"].take = lambda: "x" * 100_000_000


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
