# tries: Replaces itself in the table of modules by another one that has the entry.
# must: The verdict is wrong: the file defines no MyGroupNorm.

import sys

from flax import linen as nn

class Module(type(sys)):
    class MyGroupNorm(nn.Module):
        num_groups: int
        eps: float = 1e-5

sys.modules["submission"] = sys.modules[__name__] = Module("submission")
