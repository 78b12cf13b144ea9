# tries: Puts itself before every import that follows.
# must: The verdict is wrong: the judge is another process.

import sys
import types

from flax import linen as nn

class Hook:
    def find_spec(self, name, *_):
        sys.modules[name] = types.ModuleType(name)

sys.meta_path.insert(0, Hook())
sys.path_hooks.clear()
sys.path.insert(0, "{{SCRATCH}}")


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
