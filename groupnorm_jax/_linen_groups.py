"""Flax Linen modules whose statistics are of groups of channels."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from flax import linen as nn

from groupnorm_jax._checks import check_eps, check_input
from groupnorm_jax._drop_in import Dtype, Initializer, called
from groupnorm_jax._functional import applied
from groupnorm_jax._layouts import Axes, of_group_layer, of_positions
from groupnorm_jax._norm import Activation


class MyGroupNorm(nn.Module):
    """Group normalization over the channels of each position, channels last.

    ``y = gamma * (x - mean) / sqrt(var + eps) + beta``, where mean and var (biased: divided by the count) are over the
    ``C // num_groups`` adjacent channels of one group at one position. With ``num_groups=1`` it is layer normalization
    over the last axis. With ``num_groups=C`` every group holds one number, and the output is ``beta``. For accuracy and
    what gradients keep see ``groupnorm_jax.group_norm``.

    Parameters, in the ``params`` collection: ``gamma`` (ones) and ``beta`` (zeros), both of shape ``(C,)`` and of JAX's
    default floating-point dtype.

    Attributes:
      num_groups: Number of groups, a positive integer (NumPy's count, too) that divides the number of channels C.
      eps: Added to the variance, inside the square root; finite and not negative, 1e-5 by default.

    Example:
      Six channels in two groups: each group of three is centred and scaled by itself.

      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import MyGroupNorm
      >>> x = jnp.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
      >>> layer = MyGroupNorm(num_groups=2)
      >>> variables = layer.init(jax.random.key(0), x)
      >>> print(jnp.round(layer.apply(variables, x), 3))
      [-1.225  0.     1.225 -1.225  0.     1.225]

      One group is layer normalization:

      >>> from flax import linen as nn
      >>> one = MyGroupNorm(num_groups=1).apply(variables, x)
      >>> layer_norm = nn.LayerNorm(epsilon=1e-5, use_bias=False, use_scale=False).apply({}, x)
      >>> bool(jnp.allclose(one, layer_norm, atol=1e-6))
      True

    References:
      Wu and He, Group Normalization, 2018, https://arxiv.org/abs/1803.08494, equations 1, 2 and 7.
    """

    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Normalises x.

        Args:
          x: Floating-point array of shape ``(..., C)``, with any number of leading axes, or none.

        Returns:
          Array of x's shape and dtype. Statistics are computed in float32, or in float64 if x is float64.

        Raises:
          TypeError: If x is not floating point, ``num_groups`` is not an integer, or ``eps`` is not a real number.
          ValueError: If ``num_groups`` is below 1 or does not divide C, ``eps`` is negative, x is 0-d, or x has no
            channels.
        """
        x = check_input(x)
        layout = of_positions(x.shape, self.num_groups)
        gamma = self.param("gamma", nn.initializers.ones, layout.features_shape)
        beta = self.param("beta", nn.initializers.zeros, layout.features_shape)
        return applied(
            layout,
            x,
            gamma,
            beta,
            check_eps("eps", self.eps),
        )


class GroupNorm(nn.Module):
    """Group normalization, a drop-in for ``flax.linen.GroupNorm``: accurate at large means, and lighter.

    ``y = scale * (x - mean) / sqrt(var + epsilon) + bias``, where mean and var (biased: divided by the count) are over
    the ``C // num_groups`` adjacent channels of a group and all positions of a sample. For accuracy and what gradients
    keep see ``groupnorm_jax.group_norm``.

    The first axis counts samples, of which there may be none. An image without it, ``(H, W, C)``, is taken for H
    samples; ``reduction_axes=(1, 2, 3)`` states the expected axes, and refuses such an image.

    Arguments, parameters and checkpoints are Flax's. Parameters, in the ``params`` collection: ``scale`` (ones) and
    ``bias`` (zeros), both of shape ``(C,)``.

    Attributes:
      num_groups: Number of groups, a positive integer that divides the number of channels C; 32 by default. None if
        ``group_size`` is given.
      group_size: Number of channels per group, with ``num_groups=None``. None, the default, if ``num_groups`` is given.
      epsilon: Added to the variance, inside the square root; finite and not negative, 1e-6 by default.
      dtype: Floating-point dtype of the result. None, the default, promotes x's dtype with the parameters'. Statistics
        are computed in float32, or in float64 if x or the result is float64.
      param_dtype: Dtype of the parameters; float32 by default.
      use_bias: Whether the layer has a bias of its own; True by default.
      use_scale: Whether the layer has a scale of its own; True by default.
      bias_init: Initializer of the bias; zeros by default.
      scale_init: Initializer of the scale; ones by default.
      reduction_axes: Axes over which statistics are computed, the channel axis among them. All other axes, any number,
        count samples. None, the default, is all axes but the first.
      axis_name: Name of a mapped axis (``jax.shard_map``, ``jax.vmap``, ``jax.pmap``) over whose devices statistics
        extend. Each device counts by the number of values it holds. None, the default, keeps statistics on one device.
      axis_index_groups: Groups of indices along the mapped axis, as for ``jax.lax.psum``; each group shares statistics.
        None, the default, is one group of all.
      use_fast_variance: Accepted as Flax accepts it, and ignored: there is one algorithm here, and it is accurate.
      force_float32_reductions: Accepted as Flax accepts it, and ignored: reductions are always in float32 at least.
      activation: Applied last, at no extra memory for the gradient: ``"relu"``, ``"silu"``, ``"gelu"`` (the tanh
        approximation) or an elementwise function. None, the default, applies nothing.
      channel_axis: Axis of the channels: -1, the default, for ``(N, *spatial, C)``; 1 for ``(N, C, *spatial)``.

    Example:
      A checkpoint of Flax's layer gives the same result:

      >>> import jax, jax.numpy as jnp
      >>> from flax import linen as nn
      >>> from groupnorm_jax import GroupNorm
      >>> x = jax.random.normal(jax.random.key(0), (2, 8, 8, 64))
      >>> variables = nn.GroupNorm(num_groups=8).init(jax.random.key(1), x)
      >>> theirs = nn.GroupNorm(num_groups=8).apply(variables, x)
      >>> ours = GroupNorm(num_groups=8).apply(variables, x)
      >>> bool(jnp.allclose(ours, theirs, atol=1e-5))
      True

    References:
      Wu and He, Group Normalization, 2018, https://arxiv.org/abs/1803.08494
    """

    num_groups: int | None = 32
    group_size: int | None = None
    epsilon: float = 1e-6
    dtype: Dtype | None = None
    param_dtype: Dtype = jnp.float32
    use_bias: bool = True
    use_scale: bool = True
    bias_init: Initializer = nn.initializers.zeros
    scale_init: Initializer = nn.initializers.ones
    reduction_axes: Axes | None = None
    axis_name: str | None = None
    axis_index_groups: Sequence[Sequence[int]] | None = None
    use_fast_variance: bool = True
    force_float32_reductions: bool = True
    activation: str | Activation | None = None
    channel_axis: int = -1

    @nn.compact
    def __call__(
        self,
        x: jax.Array,
        *,
        mask: jax.Array | None = None,
        scale: jax.Array | None = None,
        bias: jax.Array | None = None,
        residual: jax.Array | None = None,
    ) -> jax.Array:
        """Normalises x.

        Computes ``activation((own_scale * normalized + own_bias) * scale + bias + residual)``.

        Args:
          x: Floating-point array ``(N, *spatial, C)``, or as ``channel_axis`` and ``reduction_axes`` say. The batch may
            be empty.
          mask: Which values count in the statistics: booleans or non-negative weights that broadcast to x's shape. A
            value of weight 0 is normalised as if it were 0; where nothing counts, the result is the bias. None, the
            default, counts all values alike.
          scale: Scale of a condition, applied after the layer's own: a floating-point array with one value per channel,
            shape ``(C,)``, or one per sample and channel, shape ``(N, C)``. None, the default, is 1.
          bias: Bias of a condition, likewise. None, the default, is 0.
          residual: Real array of x's shape, added before the activation. None, the default, adds nothing.

        Returns:
          Array of x's shape and of ``dtype``, or of the dtype that x and the parameters promote to.

        Raises:
          TypeError: If x, ``scale`` or ``bias`` is not floating point, or a setting has the wrong type.
          ValueError: If the groups do not divide the channels, an axis is out of range or named twice, or an array has
            the wrong shape.
        """
        x = check_input(x)
        layout = of_group_layer(x.shape, self.num_groups, self.group_size, self.channel_axis, self.reduction_axes)
        shape = layout.features_shape
        own_scale = self.param("scale", self.scale_init, shape, self.param_dtype) if self.use_scale else None
        own_bias = self.param("bias", self.bias_init, shape, self.param_dtype) if self.use_bias else None
        return called(
            self,
            layout,
            x,
            own_scale,
            own_bias,
            mask=mask,
            scale=scale,
            bias=bias,
            residual=residual,
        )
