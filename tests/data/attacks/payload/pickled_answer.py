# tries: Returns an array of one object that runs code when it is unpickled.
# must: The verdict is wrong and nothing is unpickled.

import numpy as np
from flax import linen as nn

class Code:
    def __reduce__(self):
        return eval, ("open('{{SCRATCH}}/unpickled', 'w')",)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return np.array([Code()], dtype=object)
