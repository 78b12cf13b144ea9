# tries: Replaces the worker's function that asks a submission by one that claims.
# must: The verdict is wrong: a claim is no answer.

import sys

import numpy as np
from flax import linen as nn

frame = sys._getframe()
while "_answer" not in frame.f_globals:
    frame = frame.f_back
frame.f_globals["_answer"] = lambda *_: {"value": np.zeros(6, "float32"), "outcome": np.ones(1, "float32")}


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
