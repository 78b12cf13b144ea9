# tries: Replaces struct and the lengths of messages.
# must: The run is stopped as garbled and the verdict is wrong.

import struct

from flax import linen as nn
from grader.worker import wire

struct.pack = lambda *_: b"\xff" * 8
wire._LENGTHS = type("S", (), {"pack": struct.pack, "size": 8})()


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
