# tries: Defines a function that returns what a module would.
# must: The verdict is wrong: it must be a class.

from flax import linen as nn

def MyGroupNorm(num_groups, eps=1e-5):
    return nn.Dense(num_groups)
