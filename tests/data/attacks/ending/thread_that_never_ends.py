# tries: Leaves a thread running that an orderly exit would wait for.
# must: It is over within the limit and the verdict is wrong.
# limit: 2

import threading
import time

from flax import linen as nn

threading.Thread(target=time.sleep, args=(30,), daemon=False).start()


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
