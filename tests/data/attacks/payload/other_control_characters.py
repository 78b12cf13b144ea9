# tries: Prints vertical tabs, form feeds, nulls and other characters that XML forbids.
# must: The verdict is wrong and no raw control or format character is in any report.

from flax import linen as nn

print("\x0b\x0c\x00\x01\x7f\x85\ufffe\uffff")


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
