# tries: Leaves a process that keeps the answer descriptor and writes to it later.
# must: No process is left, the verdict is wrong and the next submission is graded as ever.
# limit: 6

import os
import sys
import time

from flax import linen as nn
from grader.worker import wire

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
if os.fork() == 0:
    os.setsid()
    for _ in range(20):
        time.sleep(0.2)
        os.write(frame.f_locals["descriptor"], wire.encode({"event": "finished"}))
    os._exit(0)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
