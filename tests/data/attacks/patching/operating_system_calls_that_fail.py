# tries: Makes os.write fail for ever.
# must: The verdict is wrong, not "not checked".

import os

from flax import linen as nn

def refuse(*_):
    raise OSError(5, "no")

os.write = refuse


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
