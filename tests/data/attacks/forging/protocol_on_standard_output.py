# tries: Prints the messages that a grader with a shared output would believe.
# must: The verdict is wrong: what is printed is shown and nothing else.

import sys

from flax import linen as nn
from grader.worker import wire

for event in ("loaded", "finished"):
    sys.stdout.buffer.write(wire.encode({"event": event}))


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
