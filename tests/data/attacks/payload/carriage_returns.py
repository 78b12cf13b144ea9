# tries: Prints carriage returns and backspaces that overwrite its own verdict.
# must: The verdict is wrong and no raw control or format character is in any report.

from flax import linen as nn

print("WRONG\rright" + "\b" * 100 + "10 of 10")


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
