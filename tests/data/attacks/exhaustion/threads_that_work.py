# tries: Starts fifty threads that keep the processors busy.
# must: It is over within the limit, the verdict is wrong and the next submission is in time.
# limit: 2

import threading
import zlib

from flax import linen as nn

data = b"x" * (1 << 22)

def work():
    while True:
        zlib.crc32(data)

for _ in range(50):
    threading.Thread(target=work).start()


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
