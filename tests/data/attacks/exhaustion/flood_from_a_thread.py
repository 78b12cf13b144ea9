# tries: Lets a thread flood the output while the cases are answered.
# must: The beginning is kept and the verdict is wrong.
# limit: 3

import os
import threading

from flax import linen as nn

def flood():
    while True:
        os.write(1, b'x' * 65536)

threading.Thread(target=flood, daemon=True).start()


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
