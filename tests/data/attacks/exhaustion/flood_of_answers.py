# tries: Writes to the answer descriptor without an end.
# must: The run is stopped as garbled and the verdict is wrong.
# limit: 3

import os
import sys

from flax import linen as nn

frame = sys._getframe()
while 'descriptor' not in frame.f_locals:
    frame = frame.f_back
while True:
    os.write(frame.f_locals['descriptor'], b'\0' * 65536)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
