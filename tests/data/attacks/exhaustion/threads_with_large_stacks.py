# tries: Starts threads that fill large stacks.
# must: The verdict is wrong.
# limit: 4

import ctypes
import threading

from flax import linen as nn

threading.stack_size(1 << 29)
done = threading.Event()
for _ in range(10):
    threading.Thread(target=lambda: (ctypes.memset(ctypes.create_string_buffer(1 << 29), 1, 1 << 29), done.wait())).start()


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
