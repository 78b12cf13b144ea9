# tries: Looks for the original functions of Flax and JAX among all objects that can be reached.
# must: The verdict is wrong: it is right only if the library's own function ran.
# limit: 8

import gc
import sys
import types

from flax import linen as nn

seen, todo, live = set(), [sys.modules], []
while todo:
    found = todo.pop()
    if id(found) not in seen:
        seen.add(id(found))
        live.append(found)
        todo += gc.get_referents(found)
functions = [f for f in live if type(f) is types.FunctionType and f.__code__.co_name == "standardize"]


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        f = functions[0]
        return gamma * f(x.reshape(self.num_groups, -1), -1, epsilon=self.eps).reshape(x.shape) + beta
