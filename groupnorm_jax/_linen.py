"""Flax Linen modules: parameters, defaults, one call into the pure functions."""

from collections.abc import Sequence
from typing import Unpack

import jax
import jax.numpy as jnp
from flax import linen as nn

from groupnorm_jax import _drop_in
from groupnorm_jax._checks import check_array
from groupnorm_jax._drop_in import Call, Dtype, Initializer
from groupnorm_jax._functional import Axes, group_norm_per_position
from groupnorm_jax._norm import Activation


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
        x = check_array("x", x)
        gamma = self.param("gamma", nn.initializers.ones, x.shape[-1:])
        beta = self.param("beta", nn.initializers.zeros, x.shape[-1:])
        return group_norm_per_position(x, self.num_groups, gamma, beta, eps=self.eps)


class _DropIn(nn.Module):
    """A layer with Flax's parameters."""

    def _own(self, shape: Sequence[int]) -> list[jax.Array | None]:
        """Scale, and offset if this kind of layer has one."""
        made = [self.param("scale", self.scale_init, shape, self.param_dtype) if self.use_scale else None]
        if hasattr(self, "use_bias"):
            made.append(self.param("bias", self.bias_init, shape, self.param_dtype) if self.use_bias else None)
        return made


class GroupNorm(_DropIn):
    """Group normalization, a drop-in for ``flax.linen.GroupNorm``: exact at large means, and lighter.

    ``y = scale * (x - mean) / sqrt(var + epsilon) + bias``; mean and var (biased) are over the ``C // num_groups``
    adjacent channels of a group and all positions of a sample. Arguments, parameters (``scale``, ones, and ``bias``,
    zeros, of shape ``(C,)``) and checkpoints are Flax's. For accuracy and what gradients keep see ``group_norm``.

    The first axis counts samples, of which there may be none: an image without it, ``(H, W, C)``, is taken for H
    samples. ``reduction_axes=(1, 2, 3)`` says what is expected, and refuses that.

    Attributes:
      num_groups: number of groups, a positive integer that divides the number of channels C.
      group_size: channels of a group, instead, with ``num_groups=None``.
      epsilon: added to the variance, inside the square root.
      dtype: of the result; None promotes x's with the parameters'. Statistics are in float32 at the least.
      param_dtype: of the parameters.
      use_bias: whether the layer has an offset of its own.
      use_scale: whether the layer has a scale of its own.
      bias_init: initializer of the offset.
      scale_init: initializer of the scale.
      reduction_axes: what is taken together, the channels' axis among them; None is all but the first axis. The other
        axes, any number, count samples.
      axis_name: mapped axes over whose devices statistics extend; each device counts as much as it holds.
      axis_index_groups: as for ``jax.lax.psum``.
      use_fast_variance: accepted for Flax's sake; there is one way here, and it is exact.
      force_float32_reductions: likewise; reductions are in float32 at the least.
      activation: applied last, without keeping more for gradients: ``"relu"``, ``"silu"``, ``"gelu"`` (the tanh
        form), or an elementwise function.
      channel_axis: which axis holds the channels: 1 for ``(N, C, *spatial)``.

    Called with x and by keyword ``mask``, ``scale``, ``bias`` and ``residual``, all optional, it returns
    ``activation((own_scale * normalized + own_bias) * scale + bias + residual)``, an array of x's shape. The mask says
    which values count, booleans or non-negative weights that broadcast to x; what does not count is normalised as if it
    were 0, and where nothing counts the result is the offset. ``scale`` and ``bias`` are a condition's, of shape
    ``(N, C)`` or ``(C,)`` with N samples and C features; ``residual`` is of x's shape.

    Raises:
      TypeError: if x is not of a floating-point dtype, or the number of groups no integer.
      ValueError: if the groups do not divide the channels, an axis is out of range or named twice, or an array has
        the wrong shape.

    Example:
      The import is what changes:

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
    def __call__(self, x: jax.Array, **call: Unpack[Call]) -> jax.Array:
        """Normalises x; see the class."""
        x = check_array("x", x)
        own = self._own(_drop_in.channels_shape(x, self.channel_axis))
        return _drop_in.group_norm(self, x, *own, **call)


class InstanceNorm(_DropIn):
    """Instance normalization, a drop-in for ``flax.linen.InstanceNorm``: exact at large means, and lighter.

    ``y = scale * (x - mean) / sqrt(var + epsilon) + bias``, where mean and var (biased) are over all axes but the first
    and the features'.

    Attributes:
      epsilon: added to the variance, inside the square root.
      dtype: of the result; None promotes x's with the parameters'. Statistics are in float32 at the least.
      param_dtype: of the parameters.
      use_bias: whether the layer has an offset of its own.
      use_scale: whether the layer has a scale of its own.
      bias_init: initializer of the offset.
      scale_init: initializer of the scale.
      feature_axes: what has a scale and an offset of its own; the parameters have these axes' lengths, in x's order.
      axis_name: mapped axes over whose devices statistics extend; each device counts as much as it holds.
      axis_index_groups: as for ``jax.lax.psum``.
      use_fast_variance: accepted for Flax's sake; there is one way here, and it is exact.
      force_float32_reductions: likewise; reductions are in float32 at the least.
      activation: applied last, without keeping more for gradients: ``"relu"``, ``"silu"``, ``"gelu"`` (the tanh
        form), or an elementwise function.

    Called with x and by keyword ``mask``, ``scale``, ``bias`` and ``residual``, all optional, it returns
    ``activation((own_scale * normalized + own_bias) * scale + bias + residual)``, an array of x's shape. The mask says
    which values count, booleans or non-negative weights that broadcast to x; what does not count is normalised as if it
    were 0, and where nothing counts the result is the offset. ``scale`` and ``bias`` are a condition's, of shape
    ``(N, C)`` or ``(C,)`` with N samples and C features; ``residual`` is of x's shape.

    Raises:
      TypeError: if x is not of a floating-point dtype.
      ValueError: if an axis is out of range or named twice, or an array has the wrong shape.

    Example:
      It is group normalization with a group of each channel:

      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import GroupNorm, InstanceNorm
      >>> x = jax.random.normal(jax.random.key(0), (2, 4, 4, 6))
      >>> variables = InstanceNorm().init(jax.random.key(1), x)
      >>> bool(jnp.allclose(InstanceNorm().apply(variables, x), GroupNorm(6).apply(variables, x), atol=1e-6))
      True

    References:
      Ulyanov, Vedaldi and Lempitsky, Instance Normalization, 2016, https://arxiv.org/abs/1607.08022
    """

    epsilon: float = 1e-6
    dtype: Dtype | None = None
    param_dtype: Dtype = jnp.float32
    use_bias: bool = True
    use_scale: bool = True
    bias_init: Initializer = nn.initializers.zeros
    scale_init: Initializer = nn.initializers.ones
    feature_axes: Axes = -1
    axis_name: str | None = None
    axis_index_groups: Sequence[Sequence[int]] | None = None
    use_fast_variance: bool = True
    force_float32_reductions: bool = True
    activation: str | Activation | None = None

    @nn.compact
    def __call__(self, x: jax.Array, **call: Unpack[Call]) -> jax.Array:
        """Normalises x; see the class."""
        x = check_array("x", x)
        return _drop_in.instance_norm(self, x, *self._own(_drop_in.features_shape(x, self.feature_axes)), **call)


class LayerNorm(_DropIn):
    """Layer normalization, a drop-in for ``flax.linen.LayerNorm``: exact at large means, and lighter.

    ``y = scale * (x - mean) / sqrt(var + epsilon) + bias``, where mean and var (biased) are over ``reduction_axes``.

    Attributes:
      epsilon: added to the variance, inside the square root.
      dtype: of the result; None promotes x's with the parameters'. Statistics are in float32 at the least.
      param_dtype: of the parameters.
      use_bias: whether the layer has an offset of its own.
      use_scale: whether the layer has a scale of its own.
      bias_init: initializer of the offset.
      scale_init: initializer of the scale.
      reduction_axes: what is taken together.
      feature_axes: what has a scale and an offset of its own; the parameters have these axes' lengths, in x's order.
      axis_name: mapped axes over whose devices statistics extend; each device counts as much as it holds.
      axis_index_groups: as for ``jax.lax.psum``.
      use_fast_variance: accepted for Flax's sake; there is one way here, and it is exact.
      force_float32_reductions: likewise; reductions are in float32 at the least.
      activation: applied last, without keeping more for gradients: ``"relu"``, ``"silu"``, ``"gelu"`` (the tanh
        form), or an elementwise function.

    Called with x and by keyword ``mask``, ``scale``, ``bias`` and ``residual``, all optional, it returns
    ``activation((own_scale * normalized + own_bias) * scale + bias + residual)``, an array of x's shape. The mask says
    which values count, booleans or non-negative weights that broadcast to x; what does not count is normalised as if it
    were 0, and where nothing counts the result is the offset. ``scale`` and ``bias`` are a condition's, of shape
    ``(N, C)`` or ``(C,)`` with N samples and C features; ``residual`` is of x's shape.

    Raises:
      TypeError: if x is not of a floating-point dtype.
      ValueError: if an axis is out of range or named twice, or an array has the wrong shape.

    Example:
      Without positions it is group normalization with one group:

      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import GroupNorm, LayerNorm
      >>> x = jax.random.normal(jax.random.key(0), (5, 12))
      >>> variables = LayerNorm().init(jax.random.key(1), x)
      >>> bool(jnp.allclose(LayerNorm().apply(variables, x), GroupNorm(1).apply(variables, x), atol=1e-6))
      True

    References:
      Ba, Kiros and Hinton, Layer Normalization, 2016, https://arxiv.org/abs/1607.06450
    """

    epsilon: float = 1e-6
    dtype: Dtype | None = None
    param_dtype: Dtype = jnp.float32
    use_bias: bool = True
    use_scale: bool = True
    bias_init: Initializer = nn.initializers.zeros
    scale_init: Initializer = nn.initializers.ones
    reduction_axes: Axes = -1
    feature_axes: Axes = -1
    axis_name: str | None = None
    axis_index_groups: Sequence[Sequence[int]] | None = None
    use_fast_variance: bool = True
    force_float32_reductions: bool = True
    activation: str | Activation | None = None

    @nn.compact
    def __call__(self, x: jax.Array, **call: Unpack[Call]) -> jax.Array:
        """Normalises x; see the class."""
        x = check_array("x", x)
        return _drop_in.layer_norm(self, x, *self._own(_drop_in.features_shape(x, self.feature_axes)), **call)


class RMSNorm(_DropIn):
    """Root mean square normalization, a drop-in for ``flax.linen.RMSNorm``, and lighter.

    ``y = scale * x / sqrt(mean(x**2) + epsilon)``, the mean over ``reduction_axes``.

    Attributes:
      epsilon: added to the mean square, inside the square root.
      dtype: of the result; None promotes x's with the parameters'. Statistics are in float32 at the least.
      param_dtype: of the parameters.
      use_scale: whether the layer has a scale of its own.
      scale_init: initializer of the scale.
      reduction_axes: what is taken together.
      feature_axes: what has a scale of its own; the parameters have these axes' lengths, in x's order.
      axis_name: mapped axes over whose devices statistics extend; each device counts as much as it holds.
      axis_index_groups: as for ``jax.lax.psum``.
      use_fast_variance: accepted for Flax's sake; there is one way here, and it is exact.
      force_float32_reductions: likewise; reductions are in float32 at the least.
      activation: applied last, without keeping more for gradients: ``"relu"``, ``"silu"``, ``"gelu"`` (the tanh
        form), or an elementwise function.

    Called with x and by keyword ``mask``, ``scale``, ``bias`` and ``residual``, all optional, it returns
    ``activation((own_scale * normalized + own_bias) * scale + bias + residual)``, an array of x's shape. The mask says
    which values count, booleans or non-negative weights that broadcast to x; what does not count is normalised as if it
    were 0, and where nothing counts the result is the offset. ``scale`` and ``bias`` are a condition's, of shape
    ``(N, C)`` or ``(C,)`` with N samples and C features; ``residual`` is of x's shape.

    Raises:
      TypeError: if x is not of a floating-point dtype.
      ValueError: if an axis is out of range or named twice, or an array has the wrong shape.

    Example:
      Of what has no mean, it is layer normalization:

      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import LayerNorm, RMSNorm
      >>> x = jax.random.normal(jax.random.key(0), (5, 12))
      >>> x = x - x.mean(-1, keepdims=True)
      >>> rms, layer = RMSNorm(use_scale=False), LayerNorm(use_scale=False, use_bias=False)
      >>> bool(jnp.allclose(rms.apply({}, x), layer.apply({}, x), atol=1e-6))
      True

    References:
      Zhang and Sennrich, Root Mean Square Layer Normalization, 2019, https://arxiv.org/abs/1910.07467
    """

    epsilon: float = 1e-6
    dtype: Dtype | None = None
    param_dtype: Dtype = jnp.float32
    use_scale: bool = True
    scale_init: Initializer = nn.initializers.ones
    reduction_axes: Axes = -1
    feature_axes: Axes = -1
    axis_name: str | None = None
    axis_index_groups: Sequence[Sequence[int]] | None = None
    use_fast_variance: bool = True
    force_float32_reductions: bool = True
    activation: str | Activation | None = None

    @nn.compact
    def __call__(self, x: jax.Array, **call: Unpack[Call]) -> jax.Array:
        """Normalises x; see the class."""
        x = check_array("x", x)
        return _drop_in.rms_norm(self, x, *self._own(_drop_in.features_shape(x, self.feature_axes)), **call)
