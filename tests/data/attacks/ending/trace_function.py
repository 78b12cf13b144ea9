# tries: Raises from a trace function in every line of the worker that follows.
# must: The verdict is wrong, not "not checked".

import sys

from flax import linen as nn

def trace(*_):
    raise SystemExit(0)

frame = sys._getframe()
while frame:
    frame.f_trace, frame = trace, frame.f_back
sys.settrace(trace)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
