# exercise: group_norm_images
# misconception: eps_outside_root+per_position
# line: 19
from flax import linen as nn


class GroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        c = x.shape[-1]
        if c % self.num_groups:
            raise ValueError("groups must divide channels")
        gamma = self.param("gamma", nn.initializers.ones, (c,))
        beta = self.param("beta", nn.initializers.zeros, (c,))
        cut = x.reshape((*x.shape[:-1], self.num_groups, -1))
        centred = cut - cut.mean(-1, keepdims=True)
        return gamma * (centred / (cut.std(-1, keepdims=True) + self.eps)).reshape(x.shape) + beta
