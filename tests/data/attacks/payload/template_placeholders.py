# tries: Raises an exception whose text is what templates and format strings would fill in.
# must: The verdict is wrong and nothing is filled in.

from flax import linen as nn

raise ValueError('{0.__class__.__mro__} {seed} %s %n %(seed)s ${{seed}} #{{7*7}} {% raw %} ' + '{' * 2 + '7*7' + '}' * 2)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
