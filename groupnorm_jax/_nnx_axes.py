"""Flax NNX modules whose statistics are over axes."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from flax import nnx

from groupnorm_jax._checks import check_count, check_input
from groupnorm_jax._drop_in import Dtype, Initializer, called
from groupnorm_jax._layouts import Axes, of_axes, of_instances
from groupnorm_jax._nnx_parameters import ONES, PLAIN, ZEROS, Metadata, PromoteDtype, parameter, promoted_by
from groupnorm_jax._norm import Activation


class LayerNorm(nnx.Module):
    """Layer normalization, a drop-in for ``flax.nnx.LayerNorm``: accurate at large means, and lighter.

    ``y = scale * (x - mean) / sqrt(var + epsilon) + bias``, where mean and var (biased: divided by the count) are over
    ``reduction_axes``. For accuracy and what gradients keep see ``groupnorm_jax.group_norm``.

    Parameters: ``scale`` (ones) and ``bias`` (zeros), both of shape ``(num_features,)``.

    Args:
      num_features: Number of features: the product of the lengths of ``feature_axes``.
      epsilon: Added to the variance, inside the square root; finite and not negative, 1e-6 by default.
      dtype: Floating-point dtype of the result. None, the default, promotes x's dtype with the parameters'. Statistics
        are computed in float32, or in float64 if x or the result is float64.
      param_dtype: Dtype of the parameters; float32 by default.
      use_bias: Whether the layer has a bias of its own; True by default.
      use_scale: Whether the layer has a scale of its own; True by default.
      bias_init: Initializer of the bias; zeros by default.
      scale_init: Initializer of the scale; ones by default.
      reduction_axes: Axis or axes over which statistics are computed; the last by default.
      feature_axes: Axis or axes along which scale and bias have values of their own; the last by default. The product
        of their lengths is ``num_features``.
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
      rngs: Random number generators; initializers draw from ``rngs.params``.

    Raises:
      TypeError: If a count is not an integer.
      ValueError: If ``num_features`` is below 1.

    Example:
      Without positions it is group normalization with one group:

      >>> import jax, jax.numpy as jnp
      >>> from flax import nnx
      >>> from groupnorm_jax import nnx as ours
      >>> x = jax.random.normal(jax.random.key(0), (5, 12))
      >>> group_norm = ours.GroupNorm(12, 1, rngs=nnx.Rngs(0))
      >>> bool(jnp.allclose(ours.LayerNorm(12, rngs=nnx.Rngs(0))(x), group_norm(x), atol=1e-6))
      True

    References:
      Ba, Kiros and Hinton, Layer Normalization, 2016, https://arxiv.org/abs/1607.06450
    """

    def __init__(
        self,
        num_features: int,
        *,
        epsilon: float = 1e-6,
        dtype: Dtype | None = None,
        param_dtype: Dtype = jnp.float32,
        use_bias: bool = True,
        use_scale: bool = True,
        bias_init: Initializer = ZEROS,
        scale_init: Initializer = ONES,
        reduction_axes: Axes = -1,
        feature_axes: Axes = -1,
        axis_name: str | None = None,
        axis_index_groups: Sequence[Sequence[int]] | None = None,
        use_fast_variance: bool = True,
        promote_dtype: PromoteDtype | None = None,
        bias_metadata: Metadata = PLAIN,
        scale_metadata: Metadata = PLAIN,
        activation: str | Activation | None = None,
        rngs: nnx.Rngs,
    ) -> None:
        del use_fast_variance
        self.num_features: int = check_count("num_features", num_features)
        self.epsilon = epsilon
        self.dtype = dtype
        self.param_dtype = param_dtype
        self.use_bias = use_bias
        self.use_scale = use_scale
        self.reduction_axes = reduction_axes
        self.feature_axes = feature_axes
        self.axis_name = axis_name
        self.axis_index_groups = axis_index_groups
        self.promote_dtype = promote_dtype
        self.activation = activation
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
          x: Floating-point array of any shape with at least one axis.
          mask: Which values count in the statistics: booleans or non-negative weights that broadcast to x's shape. A
            value of weight 0 is normalised as if it were 0; where nothing counts, the result is the bias. None, the
            default, counts all values alike.
          scale: Scale of a condition, applied after the layer's own: a floating-point array with one value per feature,
            shape ``(*features)``, or one per sample and feature, shape ``(N, *features)``. None, the default, is 1.
          bias: Bias of a condition, likewise. None, the default, is 0.
          residual: Real array of x's shape, added before the activation. None, the default, adds nothing.

        Returns:
          Array of x's shape and of ``dtype``, or of the dtype that x and the parameters promote to.

        Raises:
          TypeError: If x, ``scale`` or ``bias`` is not floating point, or a setting has the wrong type.
          ValueError: If an axis is out of range or named twice, or an array has the wrong shape.
        """
        x = check_input(x)
        layout = of_axes(
            x.shape, self.reduction_axes, self.feature_axes, name="reduction_axes", num_features=self.num_features
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


class InstanceNorm(nnx.Module):
    """Instance normalization, a drop-in for ``flax.nnx.InstanceNorm``: accurate at large means, and lighter.

    ``y = scale * (x - mean) / sqrt(var + epsilon) + bias``, where mean and var (biased: divided by the count) are over
    all axes but the first and ``feature_axes``. For accuracy and what gradients keep see ``groupnorm_jax.group_norm``.

    Parameters: ``scale`` (ones) and ``bias`` (zeros), both of shape ``(num_features,)``. Flax 0.11 has no
    ``nnx.InstanceNorm``.

    Args:
      num_features: Number of features: the product of the lengths of ``feature_axes``.
      epsilon: Added to the variance, inside the square root; finite and not negative, 1e-6 by default.
      dtype: Floating-point dtype of the result. None, the default, promotes x's dtype with the parameters'. Statistics
        are computed in float32, or in float64 if x or the result is float64.
      param_dtype: Dtype of the parameters; float32 by default.
      use_bias: Whether the layer has a bias of its own; True by default.
      use_scale: Whether the layer has a scale of its own; True by default.
      bias_init: Initializer of the bias; zeros by default.
      scale_init: Initializer of the scale; ones by default.
      feature_axes: Axis or axes along which statistics, scale and bias have values of their own; the last by default.
        The first axis cannot be one. The product of their lengths is ``num_features``.
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
      rngs: Random number generators; initializers draw from ``rngs.params``.

    Raises:
      TypeError: If a count is not an integer.
      ValueError: If ``num_features`` is below 1.

    Example:
      It is group normalization with one channel per group:

      >>> import jax, jax.numpy as jnp
      >>> from flax import nnx
      >>> from groupnorm_jax import nnx as ours
      >>> x = jax.random.normal(jax.random.key(0), (2, 4, 4, 6))
      >>> group_norm = ours.GroupNorm(6, 6, rngs=nnx.Rngs(0))
      >>> bool(jnp.allclose(ours.InstanceNorm(6, rngs=nnx.Rngs(0))(x), group_norm(x), atol=1e-6))
      True

    References:
      Ulyanov, Vedaldi and Lempitsky, Instance Normalization, 2016, https://arxiv.org/abs/1607.08022
    """

    def __init__(
        self,
        num_features: int,
        *,
        epsilon: float = 1e-6,
        dtype: Dtype | None = None,
        param_dtype: Dtype = jnp.float32,
        use_bias: bool = True,
        use_scale: bool = True,
        bias_init: Initializer = ZEROS,
        scale_init: Initializer = ONES,
        feature_axes: Axes = -1,
        axis_name: str | None = None,
        axis_index_groups: Sequence[Sequence[int]] | None = None,
        use_fast_variance: bool = True,
        promote_dtype: PromoteDtype | None = None,
        bias_metadata: Metadata = PLAIN,
        scale_metadata: Metadata = PLAIN,
        activation: str | Activation | None = None,
        rngs: nnx.Rngs,
    ) -> None:
        del use_fast_variance
        self.num_features: int = check_count("num_features", num_features)
        self.epsilon = epsilon
        self.dtype = dtype
        self.param_dtype = param_dtype
        self.use_bias = use_bias
        self.use_scale = use_scale
        self.feature_axes = feature_axes
        self.axis_name = axis_name
        self.axis_index_groups = axis_index_groups
        self.promote_dtype = promote_dtype
        self.activation = activation
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
          x: Floating-point array ``(N, *spatial, C)``, or with the features along other axes. The batch may be empty.
          mask: Which values count in the statistics: booleans or non-negative weights that broadcast to x's shape. A
            value of weight 0 is normalised as if it were 0; where nothing counts, the result is the bias. None, the
            default, counts all values alike.
          scale: Scale of a condition, applied after the layer's own: a floating-point array with one value per feature,
            shape ``(*features)``, or one per sample and feature, shape ``(N, *features)``. None, the default, is 1.
          bias: Bias of a condition, likewise. None, the default, is 0.
          residual: Real array of x's shape, added before the activation. None, the default, adds nothing.

        Returns:
          Array of x's shape and of ``dtype``, or of the dtype that x and the parameters promote to.

        Raises:
          TypeError: If x, ``scale`` or ``bias`` is not floating point, or a setting has the wrong type.
          ValueError: If an axis is out of range or named twice, the first axis is a feature, or an array has the wrong
            shape.
        """
        x = check_input(x)
        layout = of_instances(x.shape, self.feature_axes, self.num_features)
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


class RMSNorm(nnx.Module):
    """Root mean square normalization, a drop-in for ``flax.nnx.RMSNorm``, and lighter.

    ``y = scale * x / sqrt(mean(x**2) + epsilon)``, where the mean is over ``reduction_axes``. Gradients keep what those
    of ``groupnorm_jax.group_norm`` keep.

    Parameters: ``scale`` (ones), of shape ``(num_features,)``.

    Args:
      num_features: Number of features: the product of the lengths of ``feature_axes``.
      epsilon: Added to the mean square, inside the square root; finite and not negative, 1e-6 by default.
      dtype: Floating-point dtype of the result. None, the default, promotes x's dtype with the parameters'. Statistics
        are computed in float32, or in float64 if x or the result is float64.
      param_dtype: Dtype of the parameters; float32 by default.
      use_scale: Whether the layer has a scale of its own; True by default.
      scale_init: Initializer of the scale; ones by default.
      reduction_axes: Axis or axes over which statistics are computed; the last by default.
      feature_axes: Axis or axes along which the scale has values of its own; the last by default. The product of their
        lengths is ``num_features``.
      axis_name: Name of a mapped axis (``jax.shard_map``, ``jax.vmap``, ``jax.pmap``) over whose devices statistics
        extend. Each device counts by the number of values it holds. None, the default, keeps statistics on one device.
      axis_index_groups: Groups of indices along the mapped axis, as for ``jax.lax.psum``; each group shares statistics.
        None, the default, is one group of all.
      use_fast_variance: Accepted as Flax accepts it, and ignored: there is one algorithm here, and it is accurate.
      promote_dtype: Function that first promotes x and the parameters to one dtype, called as Flax's is:
        ``promote_dtype((x, scale, None), dtype=dtype)``. None, the default, computes from x as it is.
      scale_metadata: Metadata of the scale's ``nnx.Param``; none by default.
      activation: Applied last, at no extra memory for the gradient: ``"relu"``, ``"silu"``, ``"gelu"`` (the tanh
        approximation) or an elementwise function. None, the default, applies nothing.
      rngs: Random number generators; initializers draw from ``rngs.params``.

    Raises:
      TypeError: If a count is not an integer.
      ValueError: If ``num_features`` is below 1.

    Example:
      Where the mean is zero, it is layer normalization:

      >>> import jax, jax.numpy as jnp
      >>> from flax import nnx
      >>> from groupnorm_jax import nnx as ours
      >>> x = jax.random.normal(jax.random.key(0), (5, 12))
      >>> x = x - x.mean(-1, keepdims=True)
      >>> layer_norm = ours.LayerNorm(12, rngs=nnx.Rngs(0))
      >>> bool(jnp.allclose(ours.RMSNorm(12, rngs=nnx.Rngs(0))(x), layer_norm(x), atol=1e-6))
      True

    References:
      Zhang and Sennrich, Root Mean Square Layer Normalization, 2019, https://arxiv.org/abs/1910.07467
    """

    def __init__(
        self,
        num_features: int,
        *,
        epsilon: float = 1e-6,
        dtype: Dtype | None = None,
        param_dtype: Dtype = jnp.float32,
        use_scale: bool = True,
        scale_init: Initializer = ONES,
        reduction_axes: Axes = -1,
        feature_axes: Axes = -1,
        axis_name: str | None = None,
        axis_index_groups: Sequence[Sequence[int]] | None = None,
        use_fast_variance: bool = True,
        promote_dtype: PromoteDtype | None = None,
        scale_metadata: Metadata = PLAIN,
        activation: str | Activation | None = None,
        rngs: nnx.Rngs,
    ) -> None:
        del use_fast_variance
        self.num_features: int = check_count("num_features", num_features)
        self.epsilon = epsilon
        self.dtype = dtype
        self.param_dtype = param_dtype
        self.use_scale = use_scale
        self.reduction_axes = reduction_axes
        self.feature_axes = feature_axes
        self.axis_name = axis_name
        self.axis_index_groups = axis_index_groups
        self.promote_dtype = promote_dtype
        self.activation = activation
        self.scale: nnx.Param[jax.Array] | None = (
            parameter(scale_init, num_features, param_dtype, rngs, scale_metadata) if use_scale else None
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

        Computes ``activation(own_scale * normalized * scale + bias + residual)``.

        Args:
          x: Floating-point array of any shape with at least one axis.
          mask: Which values count in the statistics: booleans or non-negative weights that broadcast to x's shape. A
            value of weight 0 is normalised as if it were 0; where nothing counts, the normalised value is 0. None, the
            default, counts all values alike.
          scale: Scale of a condition, applied after the layer's own: a floating-point array with one value per feature,
            shape ``(*features)``, or one per sample and feature, shape ``(N, *features)``. None, the default, is 1.
          bias: Bias of a condition, likewise. None, the default, is 0.
          residual: Real array of x's shape, added before the activation. None, the default, adds nothing.

        Returns:
          Array of x's shape and of ``dtype``, or of the dtype that x and the parameters promote to.

        Raises:
          TypeError: If x, ``scale`` or ``bias`` is not floating point, or a setting has the wrong type.
          ValueError: If an axis is out of range or named twice, or an array has the wrong shape.
        """
        x = check_input(x)
        layout = of_axes(
            x.shape, self.reduction_axes, self.feature_axes, name="reduction_axes", num_features=self.num_features
        )
        x, own_scale, _ = promoted_by(self.promote_dtype, self.dtype, x, self.scale, None, layout.features_shape)
        return called(
            self,
            layout,
            x,
            own_scale,
            None,
            mask=mask,
            scale=scale,
            bias=bias,
            residual=residual,
            centred=False,
        )
