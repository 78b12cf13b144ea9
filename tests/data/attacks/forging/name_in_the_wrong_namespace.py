# tries: Puts a class into the worker's own namespace and into builtins instead of its own.
# must: The verdict is wrong: the file defines no MyGroupNorm.

import builtins
import sys

from flax import linen as nn

class Hidden(nn.Module):
    num_groups: int
    eps: float = 1e-5

builtins.MyGroupNorm = Hidden
sys._getframe(1).f_globals["MyGroupNorm"] = Hidden
