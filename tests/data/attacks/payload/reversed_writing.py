# tries: Raises an exception whose text runs backwards and hides characters.
# must: The verdict is wrong and no raw control or format character is in any report.

from flax import linen as nn

raise ValueError("\u202e\u2066thgir\u2069 \u200b\u200f\ufeff\U000e0041")


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
