# tries: Replaces standard output and error by objects that raise.
# must: The verdict is wrong: the judge is another process.

import sys

from flax import linen as nn

class Broken:
    def __getattr__(self, _):
        raise SystemExit(0)

sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = Broken()


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
