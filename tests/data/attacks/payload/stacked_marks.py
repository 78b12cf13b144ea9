# tries: Prints letters under a tower of marks that covers the lines above.
# must: The verdict is wrong and the tower is written out.

from flax import linen as nn

print("right" + "\u0300\u0338\u20dd" * 200)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
