# tries: Returns parameters in a tree that contains itself.
# must: The verdict is wrong and the report is written.

from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def init(self, rngs, x):
        tree = {"params": {}}
        tree["params"]["gamma"] = tree
        return tree

    def apply(self, variables, x):
        return x
