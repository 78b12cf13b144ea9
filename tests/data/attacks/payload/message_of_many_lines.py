# tries: Raises an exception with a text of a million lines.
# must: The verdict is wrong and the report is short.

from flax import linen as nn

raise ValueError("\n" * 1_000_000 + "right")


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
