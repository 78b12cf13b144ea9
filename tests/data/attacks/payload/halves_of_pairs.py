# tries: Raises an exception whose text holds halves of surrogate pairs, which no encoding can write.
# must: The verdict is wrong and the report is written.

from flax import linen as nn

raise ValueError("\ud800 \udfff \udcff")


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
