# tries: Writes bytes that are no UTF-8 to the output.
# must: The verdict is wrong and the report is written.

import os

from flax import linen as nn

os.write(1, b"\xff\xfe\xc0\x80\xed\xa0\x80\xf5" * 10)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
