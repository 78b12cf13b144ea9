# tries: Lets a finalizer end the process with status 0 while the worker goes on.
# must: The verdict is wrong.

import os

from flax import linen as nn

class Bomb:
    def __del__(self):
        os._exit(0)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        Bomb()
        return x
