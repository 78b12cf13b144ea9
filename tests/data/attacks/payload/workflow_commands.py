# tries: Prints the commands by which a program steers the CI service that runs it.
# must: The verdict is wrong and no line of a report begins with one.

from flax import linen as nn

print('::error file=x::owned\n::set-output name=score::10\n##[group]x\n::stop-commands::x')


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
