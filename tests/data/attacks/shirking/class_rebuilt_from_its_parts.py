# tries: Builds a class of its own from the attributes of Flax's layer.
# must: The verdict is wrong and says that this is not allowed.

from flax import linen as nn

names = {k: v for k, v in vars(nn.GroupNorm).items() if k not in ("__dict__", "__weakref__")}
Own = type("Own", (nn.Module,), names)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        return gamma * Own(num_groups=self.num_groups, epsilon=self.eps, use_scale=False, use_bias=False, use_fast_variance=False)(x[None])[0] + beta
