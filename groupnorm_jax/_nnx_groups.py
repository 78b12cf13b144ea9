"""Flax NNX modules whose statistics are of groups of channels."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from flax import nnx

from groupnorm_jax._checks import check_count, check_eps, check_groups, check_input
from groupnorm_jax._drop_in import Dtype, Initializer, called
from groupnorm_jax._functional import applied
from groupnorm_jax._layouts import Axes, of_group_layer, of_positions
from groupnorm_jax._nnx_parameters import ONES, PLAIN, ZEROS, Metadata, PromoteDtype, parameter, promoted_by
from groupnorm_jax._norm import Activation


class MyGroupNorm(nnx.Module):
    """Group normalization over the channels of each position, channels last.

    ``y = gamma * (x - mean) / sqrt(var + eps) + beta``, where mean and var (biased: divided by the count) are over the
    ``C // num_groups`` adjacent channels of one group at one position. With ``num_groups=1`` it is layer normalization
    over the last axis. With ``num_groups=C`` every group holds one number, and the output is ``beta``. For accuracy and
    what gradients keep see ``groupnorm_jax.group_norm``.

    Parameters: ``gamma`` (ones) and ``beta`` (zeros), both of shape ``(C,)`` and of JAX's default floating-point dtype.

    Args:
      num_features: Number of channels C.
      num_groups: Number of groups, a positive integer (NumPy's count, too) that divides C.
      eps: Added to the variance, inside the square root; finite and not negative, 1e-5 by default.
      rngs: Accepted as by every NNX layer; nothing is drawn from it.

    Raises:
      TypeError: If ``num_features`` is not an integer.
      ValueError: If ``num_features`` is below 1.

    Example:
      One group is layer normalization:

      >>> import jax.numpy as jnp
      >>> from flax import nnx
      >>> from groupnorm_jax import nnx as ours
      >>> x = jnp.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
      >>> layer_norm = ours.LayerNorm(6, epsilon=1e-5, rngs=nnx.Rngs(0))
      >>> bool(jnp.allclose(ours.MyGroupNorm(6, 1)(x), layer_norm(x), atol=1e-6))
      True

    References:
      Wu and He, Group Normalization, 2018, https://arxiv.org/abs/1803.08494, equations 1, 2 and 7.
    """

    def __init__(self, num_features: int, num_groups: int, *, eps: float = 1e-5, rngs: nnx.Rngs | None = None) -> None:
        del rngs
        self.num_features: int = check_count("num_features", num_features)
        self.num_groups = num_groups
        self.eps = eps
        self.gamma: nnx.Param[jax.Array] = nnx.Param(jnp.ones(self.num_features))
        self.beta: nnx.Param[jax.Array] = nnx.Param(jnp.zeros(self.num_features))

    def __call__(self, x: jax.Array) -> jax.Array:
        """Normalises x.

        Args:
          x: Floating-point array of shape ``(..., C)``, with any number of leading axes, or none.

        Returns:
          Array of x's shape and dtype. Statistics are computed in float32, or in float64 if x is float64.

        Raises:
          TypeError: If x is not floating point, ``num_groups`` is not an integer, or ``eps`` is not a real number.
          ValueError: If ``num_groups`` is below 1 or does not divide C, ``eps`` is negative, x is 0-d, or x does not
            have ``num_features`` channels.
        """
        x = check_input(x)
        layout = of_positions(x.shape, self.num_groups, self.num_features)
        return applied(
            layout,
            x,
            self.gamma[...],
            self.beta[...],
            check_eps("eps", self.eps),
        )


class GroupNorm(nnx.Module):
    """Group normalization, a drop-in for ``flax.nnx.GroupNorm``: accurate at large means, and lighter.

    ``y = scale * (x - mean) / sqrt(var + epsilon) + bias``, where mean and var (biased: divided by the count) are over
    the ``C // num_groups`` adjacent channels of a group and all positions of a sample. For accuracy and what gradients
    keep see ``groupnorm_jax.group_norm``.

    The first axis counts samples, of which there may be none. An image without it, ``(H, W, C)``, is taken for H
    samples; ``reduction_axes=(1, 2, 3)`` states the expected axes, and refuses such an image.

    Parameters: ``scale`` (ones) and ``bias`` (zeros), both of shape ``(C,)``.

    Args:
      num_features: Number of channels C.
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
      promote_dtype: Function that first promotes x and the parameters to one dtype, called as Flax's is:
        ``promote_dtype((x, scale, bias), dtype=dtype)``. None, the default, computes from x as it is.
      bias_metadata: Metadata of the bias's ``nnx.Param``; none by default.
      scale_metadata: Metadata of the scale's ``nnx.Param``; none by default.
      activation: Applied last, at no extra memory for the gradient: ``"relu"``, ``"silu"``, ``"gelu"`` (the tanh
        approximation) or an elementwise function. None, the default, applies nothing.
      channel_axis: Axis of the channels: -1, the default, for ``(N, *spatial, C)``; 1 for ``(N, C, *spatial)``.
      rngs: Random number generators; initializers draw from ``rngs.params``.

    Raises:
      TypeError: If a count is not an integer.
      ValueError: If ``num_features`` is below 1, or the groups do not divide it.

    Example:
      It computes what Flax's layer does:

      >>> import jax, jax.numpy as jnp
      >>> from flax import nnx
      >>> from groupnorm_jax import nnx as ours
      >>> x = jax.random.normal(jax.random.key(0), (2, 8, 8, 64))
      >>> theirs = nnx.GroupNorm(64, 8, rngs=nnx.Rngs(0))(x)
      >>> bool(jnp.allclose(ours.GroupNorm(64, 8, rngs=nnx.Rngs(0))(x), theirs, atol=1e-5))
      True

    References:
      Wu and He, Group Normalization, 2018, https://arxiv.org/abs/1803.08494
    """

    def __init__(
        self,
        num_features: int,
        num_groups: int | None = 32,
        group_size: int | None = None,
        *,
        epsilon: float = 1e-6,
        dtype: Dtype | None = None,
        param_dtype: Dtype = jnp.float32,
        use_bias: bool = True,
        use_scale: bool = True,
        bias_init: Initializer = ZEROS,
        scale_init: Initializer = ONES,
        reduction_axes: Axes | None = None,
        axis_name: str | None = None,
        axis_index_groups: Sequence[Sequence[int]] | None = None,
        use_fast_variance: bool = True,
        promote_dtype: PromoteDtype | None = None,
        bias_metadata: Metadata = PLAIN,
        scale_metadata: Metadata = PLAIN,
        activation: str | Activation | None = None,
        channel_axis: int = -1,
        rngs: nnx.Rngs,
    ) -> None:
        del use_fast_variance
        self.num_features: int = check_count("num_features", num_features)
        check_groups(num_groups, group_size, self.num_features)
        self.num_groups = num_groups
        self.group_size = group_size
        self.epsilon = epsilon
        self.dtype = dtype
        self.param_dtype = param_dtype
        self.use_bias = use_bias
        self.use_scale = use_scale
        self.reduction_axes = reduction_axes
        self.axis_name = axis_name
        self.axis_index_groups = axis_index_groups
        self.promote_dtype = promote_dtype
        self.activation = activation
        self.channel_axis = channel_axis
        self.scale: nnx.Param[jax.Array] | None = (
            parameter(scale_init, num_features, param_dtype, rngs, scale_metadata) if use_scale else None
        )
        self.bias: nnx.Param[jax.Array] | None = (
            parameter(bias_init, num_features, param_dtype, rngs, bias_metadata) if use_bias else None
        )

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
        layout = of_group_layer(
            x.shape, self.num_groups, self.group_size, self.channel_axis, self.reduction_axes, self.num_features
        )
        x, own_scale, own_bias = promoted_by(
            self.promote_dtype, self.dtype, x, self.scale, self.bias, layout.features_shape
        )
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
