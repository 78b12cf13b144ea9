# tries: Takes any arguments and remembers none.
# must: The verdict is wrong.

from flax import linen as nn


class MyGroupNorm(nn.Module):
    def __init__(self, *_, **__):
        pass

    def __call__(self, x):
        return x
