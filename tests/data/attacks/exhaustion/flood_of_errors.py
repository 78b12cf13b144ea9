# tries: Writes to standard error without an end.
# must: The beginning is kept, the clock ends it, and the verdict is wrong.
# limit: 3

import os

from flax import linen as nn

while True:
    os.write(2, b'x' * 65536)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
