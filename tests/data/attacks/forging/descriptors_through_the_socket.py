# tries: Sends open descriptors through the answer socket, to fill the grader's table.
# must: The verdict is wrong and the next submission is graded as ever.

import socket
import sys

from flax import linen as nn

frame = sys._getframe()
while "descriptor" not in frame.f_locals:
    frame = frame.f_back
fd = frame.f_locals["descriptor"]
channel = socket.socket(fileno=fd)
for _ in range(200):
    socket.send_fds(channel, [b"\0"], [1] * 100)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
