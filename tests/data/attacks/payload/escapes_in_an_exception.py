# tries: Raises an exception whose text moves the cursor over the verdict.
# must: The verdict is wrong and no raw control or format character is in any report.

from flax import linen as nn

raise ValueError("\x1b[5A\x1b[2K  right  8 of 8\x1b[5B")


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
