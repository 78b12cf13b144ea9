# tries: Sets an alarm that kills the process while it is being asked.
# must: The verdict is wrong and names the signal.
# limit: 1.5

import signal

from flax import linen as nn

signal.setitimer(signal.ITIMER_REAL, 0.05)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        while True:
            pass
