# tries: Stops all clocks and works for ever.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

import time

from flax import linen as nn

time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
while True:
    pass


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
