# tries: Handles an alarm by raising SystemExit in the middle of the worker's code.
# must: The verdict is wrong, not "not checked".

import signal
import sys

from flax import linen as nn

signal.signal(signal.SIGALRM, lambda *_: sys.exit(0))
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
