# tries: Announces a size of 6.0.
# must: The run is stopped as garbled and the verdict is wrong.

import json
import os
import struct
import sys

from flax import linen as nn

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]

def send(rows, payload=b"", **body):
    header = json.dumps({"body": body, "arrays": rows}).encode()
    os.write(fd, struct.pack("<II", len(header), len(payload)) + header + payload)

send([["value", "float32", [6.0], 0]], bytes(24))


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
