# tries: Replaces the exception classes that the worker catches.
# must: The verdict is wrong, not "not checked".

import builtins

from flax import linen as nn

builtins.BaseException = builtins.Exception = builtins.SystemExit = KeyError
raise RuntimeError


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
