# tries: Replaces the encoder of the wire by one that marks everything right.
# must: The verdict is wrong: a claim is no answer.

from flax import linen as nn
from grader.worker import wire

honest = wire.encode
wire.encode = lambda body, arrays=None: honest({**body, "outcome": "right", "problem": None}, arrays)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
