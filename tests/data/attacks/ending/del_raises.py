# tries: Raises SystemExit in finalizers, where nobody can catch it.
# must: The verdict is wrong in every case, and the run is complete.

from flax import linen as nn

class Bomb:
    def __del__(self):
        raise SystemExit(0)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        Bomb()
        return x
