# tries: Leaves a daemon thread that keeps rewriting a results file.
# must: The folder is as it was and the verdict is wrong.

import threading
import time
from pathlib import Path

from flax import linen as nn

def rewrite():
    while True:
        Path("{{SCRATCH}}", "results.json").write_text('{"score": 10.0}')
        time.sleep(0.01)

threading.Thread(target=rewrite, daemon=True).start()
time.sleep(0.1)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
