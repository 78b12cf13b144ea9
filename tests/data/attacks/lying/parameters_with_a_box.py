# tries: Returns a box around a parameter whose content is made when it is opened.
# must: The verdict is wrong.

from flax import linen as nn
from flax.core import meta

class Box(meta.AxisMetadata):
    def unbox(self):
        raise SystemExit(0)
    replace_boxed = add_axis = remove_axis = unbox


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def init(self, rngs, x):
        return {"params": {"gamma": Box(), "beta": x * 0}}

    def apply(self, variables, x):
        return x
