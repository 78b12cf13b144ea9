"""Flax Linen modules: parameters, defaults, one call into the pure functions."""

import jax
import jax.numpy as jnp
from flax import linen as nn

from groupnorm_jax._functional import group_norm_per_position


class MyGroupNorm(nn.Module):
    """Group normalization over the channels of each position, channels last.

    ``y = gamma * (x - mean) / sqrt(var + eps) + beta``, where mean and var (biased) are over the ``C // num_groups``
    adjacent channels of one group at one position. With ``num_groups=1`` it is layer normalization over the last
    axis; with ``num_groups=C`` every group holds one number and the output is ``beta``.

    Attributes:
      num_groups: number of groups, a positive integer (NumPy's count too) that divides the number of channels C.
      eps: added to the variance, inside the square root.

    Parameters, in the ``params`` collection: ``gamma`` (ones) and ``beta`` (zeros), both of shape ``(C,)`` and of
    JAX's default floating dtype.

    Called with x of shape ``(..., C)`` and a floating-point dtype, it returns an array of x's shape and dtype;
    statistics of inputs narrower than float32 are in float32.

    Raises:
      TypeError: if ``num_groups`` is no integer, ``eps`` no real number, or x not of a floating-point dtype.
      ValueError: if ``num_groups`` is below 1 or does not divide C, ``eps`` is negative, or x is 0-d.

    Example:
      Six channels in two groups: each group of three is centred and scaled by itself.

      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import MyGroupNorm
      >>> x = jnp.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
      >>> layer = MyGroupNorm(num_groups=2)
      >>> variables = layer.init(jax.random.PRNGKey(0), x)
      >>> print(jnp.round(layer.apply(variables, x), 3))
      [-1.225  0.     1.225 -1.225  0.     1.225]

      One group is layer normalization:

      >>> from flax import linen as nn
      >>> one = MyGroupNorm(num_groups=1).apply(variables, x)
      >>> layer_norm = nn.LayerNorm(epsilon=1e-5, use_bias=False, use_scale=False).apply({}, x)
      >>> bool(jnp.allclose(one, layer_norm, atol=1e-6))
      True

    References:
      Wu and He, Group Normalization, 2018, https://arxiv.org/abs/1803.08494
    """

    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Normalises x; see the class."""
        x = jnp.asarray(x)
        gamma = self.param("gamma", nn.initializers.ones, x.shape[-1:])
        beta = self.param("beta", nn.initializers.zeros, x.shape[-1:])
        return group_norm_per_position(x, self.num_groups, gamma, beta, eps=self.eps)
