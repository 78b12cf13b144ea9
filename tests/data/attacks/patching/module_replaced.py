# tries: Replaces jax, flax and numpy by modules that answer to everything.
# must: The verdict is wrong, not "not checked".

import sys
from unittest.mock import MagicMock

from flax import linen as nn

for name in [n for n in sys.modules if n.split(".")[0] in ("jax", "flax", "numpy")]:
    sys.modules[name] = MagicMock()


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
