"""The layers as Flax NNX modules, with the same numbers and parameters as the Linen ones of ``groupnorm_jax``."""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Unpack

import jax
import jax.numpy as jnp
from flax import nnx

from groupnorm_jax import _drop_in
from groupnorm_jax._checks import check_array, check_num_groups
from groupnorm_jax._drop_in import Call, Dtype, Initializer
from groupnorm_jax._functional import Axes, group_norm_per_position
from groupnorm_jax._norm import Activation

__all__ = ["GroupNorm", "InstanceNorm", "LayerNorm", "MyGroupNorm", "RMSNorm"]

_ONES, _ZEROS = nnx.initializers.ones_init(), nnx.initializers.zeros_init()
_PLAIN: Mapping[str, Any] = MappingProxyType({})


class MyGroupNorm(nnx.Module):
    """Group normalization over the channels of each position: ``groupnorm_jax.MyGroupNorm`` for NNX.

    Args:
      num_features: number of channels C.
      num_groups: number of groups, a positive integer that divides C.
      eps: added to the variance, inside the square root.
      rngs: accepted as by every NNX layer; nothing is drawn from it.

    Parameters: ``gamma`` (ones) and ``beta`` (zeros), both of shape ``(C,)`` and of JAX's default floating dtype.

    Called with x of shape ``(..., C)`` and a floating-point dtype, it returns an array of x's shape and dtype.

    Raises:
      TypeError: if a count is no integer, ``eps`` no real number, or x not of a floating-point dtype.
      ValueError: if ``num_groups`` does not divide the channels, ``eps`` is negative, or x has other channels.

    Example:
      One group is layer normalization:

      >>> import jax.numpy as jnp
      >>> from flax import nnx
      >>> from groupnorm_jax import nnx as ours
      >>> x = jnp.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
      >>> layer_norm = ours.LayerNorm(6, epsilon=1e-5, rngs=nnx.Rngs(0))
      >>> bool(jnp.allclose(ours.MyGroupNorm(6, 1)(x), layer_norm(x), atol=1e-6))
      True
    """

    def __init__(self, num_features: int, num_groups: int, *, eps: float = 1e-5, rngs: nnx.Rngs | None = None) -> None:
        del rngs
        self.num_features, self.num_groups, self.eps = check_num_groups(num_features, "num_features"), num_groups, eps
        self.gamma = nnx.Param(jnp.ones(self.num_features))
        self.beta = nnx.Param(jnp.zeros(self.num_features))

    def __call__(self, x: jax.Array) -> jax.Array:
        """Normalises x; see the class."""
        x = check_array("x", x)
        _check_features(self.num_features, _drop_in.channels_shape(x, -1))
        return group_norm_per_position(x, self.num_groups, self.gamma[...], self.beta[...], eps=self.eps)


class _DropIn(nnx.Module):
    """A layer with Flax's parameters."""

    dtype: Dtype | None
    param_dtype: Dtype
    promote_dtype: Callable | None

    def _make(
        self, num_features: int, rngs: nnx.Rngs, of_scale: tuple, of_bias: tuple = (False, _ZEROS, _PLAIN)
    ) -> None:
        """Makes scale and bias, each of: whether there is one, its initializer, its variable's metadata."""
        self.num_features = check_num_groups(num_features, "num_features")
        self.use_scale, self.use_bias = of_scale[0], of_bias[0]
        self.scale, self.bias = (
            nnx.Param(initializer(rngs.params(), (num_features,), self.param_dtype), **metadata) if use else None
            for use, initializer, metadata in (of_scale, of_bias)
        )

    def _own(self, x: jax.Array, shape: Sequence[int]) -> list[Any]:
        """x, the scale and the bias, promoted if the layer was told how."""
        _check_features(self.num_features, shape)
        own = [None if p is None else p[...].reshape(shape) for p in (self.scale, self.bias)]
        return [x, *own] if self.promote_dtype is None else list(self.promote_dtype((x, *own), dtype=self.dtype))


def _check_features(num_features: int, shape: Sequence[int]) -> None:
    """Checks x's features against those the layer was made for.

    Raises:
      ValueError: if they are others.
    """
    if math.prod(shape) != num_features:
        raise ValueError(
            f"the layer was made with num_features={num_features}, but x has {math.prod(shape)}; make it with "
            f"num_features={math.prod(shape)}, or see that the features are on the right axis"
        )


class GroupNorm(_DropIn):
    """Group normalization, a drop-in for ``flax.nnx.GroupNorm``; see ``groupnorm_jax.GroupNorm``.

    Args:
      num_features: number of channels C.
      num_groups: number of groups, a positive integer that divides C.
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
      promote_dtype: what makes one dtype of x and the parameters before all else, as Flax's does; None computes
        from x as it is.
      bias_metadata: of the offset's variable.
      scale_metadata: of the scale's variable.
      activation: applied last, without keeping more for gradients: ``"relu"``, ``"silu"``, ``"gelu"`` (the tanh
        form), or an elementwise function.
      channel_axis: which axis holds the channels: 1 for ``(N, C, *spatial)``.
      rngs: what the initializers draw from.

    Called as ``groupnorm_jax.GroupNorm`` is, and refusing what that refuses.

    Example:
      >>> import jax, jax.numpy as jnp
      >>> from flax import nnx
      >>> from groupnorm_jax import nnx as ours
      >>> x = jax.random.normal(jax.random.key(0), (2, 8, 8, 64))
      >>> theirs = nnx.GroupNorm(64, 8, rngs=nnx.Rngs(0))(x)
      >>> bool(jnp.allclose(ours.GroupNorm(64, 8, rngs=nnx.Rngs(0))(x), theirs, atol=1e-5))
      True
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
        bias_init: Initializer = _ZEROS,
        scale_init: Initializer = _ONES,
        reduction_axes: Axes | None = None,
        axis_name: str | None = None,
        axis_index_groups: Sequence[Sequence[int]] | None = None,
        use_fast_variance: bool = True,
        promote_dtype: Callable | None = None,
        bias_metadata: Mapping[str, Any] = _PLAIN,
        scale_metadata: Mapping[str, Any] = _PLAIN,
        activation: str | Activation | None = None,
        channel_axis: int = -1,
        rngs: nnx.Rngs,
    ) -> None:
        del use_fast_variance
        self.num_groups, self.group_size = num_groups, group_size
        self.epsilon = epsilon
        self.dtype = dtype
        self.param_dtype = param_dtype
        self.axis_name = axis_name
        self.axis_index_groups = axis_index_groups
        self.promote_dtype = promote_dtype
        self.activation = activation
        self.reduction_axes = reduction_axes
        self.channel_axis = channel_axis
        _drop_in.check_groups(num_groups, group_size, num_features)
        self._make(num_features, rngs, (use_scale, scale_init, scale_metadata), (use_bias, bias_init, bias_metadata))

    def __call__(self, x: jax.Array, **call: Unpack[Call]) -> jax.Array:
        """Normalises x; see the class."""
        x = check_array("x", x)
        return _drop_in.group_norm(self, *self._own(x, _drop_in.channels_shape(x, self.channel_axis)), **call)


class LayerNorm(_DropIn):
    """Layer normalization, a drop-in for ``flax.nnx.LayerNorm``; see ``groupnorm_jax.LayerNorm``.

    Args:
      num_features: number of features, the product of their axes' lengths.
      promote_dtype: as of ``GroupNorm``, and so are scale_metadata and bias_metadata and rngs; all others are those of
        ``groupnorm_jax.LayerNorm``.

    Called as ``groupnorm_jax.LayerNorm`` is, and refusing what that refuses.

    Example:
      >>> import jax, jax.numpy as jnp
      >>> from flax import nnx
      >>> import groupnorm_jax
      >>> from groupnorm_jax import nnx as ours
      >>> x = jax.random.normal(jax.random.key(0), (2, 8, 6))
      >>> linen = groupnorm_jax.LayerNorm()
      >>> theirs = linen.apply(linen.init(jax.random.key(1), x), x)
      >>> bool(jnp.allclose(ours.LayerNorm(6, rngs=nnx.Rngs(0))(x), theirs))
      True
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
        bias_init: Initializer = _ZEROS,
        scale_init: Initializer = _ONES,
        reduction_axes: Axes = -1,
        feature_axes: Axes = -1,
        axis_name: str | None = None,
        axis_index_groups: Sequence[Sequence[int]] | None = None,
        use_fast_variance: bool = True,
        promote_dtype: Callable | None = None,
        bias_metadata: Mapping[str, Any] = _PLAIN,
        scale_metadata: Mapping[str, Any] = _PLAIN,
        activation: str | Activation | None = None,
        rngs: nnx.Rngs,
    ) -> None:
        del use_fast_variance
        self.epsilon = epsilon
        self.dtype = dtype
        self.param_dtype = param_dtype
        self.axis_name = axis_name
        self.axis_index_groups = axis_index_groups
        self.promote_dtype = promote_dtype
        self.activation = activation
        self.reduction_axes = reduction_axes
        self.feature_axes = feature_axes
        self._make(num_features, rngs, (use_scale, scale_init, scale_metadata), (use_bias, bias_init, bias_metadata))

    def __call__(self, x: jax.Array, **call: Unpack[Call]) -> jax.Array:
        """Normalises x; see the class."""
        x = check_array("x", x)
        return _drop_in.layer_norm(self, *self._own(x, _drop_in.features_shape(x, self.feature_axes)), **call)


class InstanceNorm(_DropIn):
    """Instance normalization, a drop-in for ``flax.nnx.InstanceNorm``; see ``groupnorm_jax.InstanceNorm``.

    Flax 0.11 has none of that name.

    Args:
      num_features: number of features, the product of their axes' lengths.
      promote_dtype: as of ``GroupNorm``, and so are scale_metadata and bias_metadata and rngs; all others are those of
        ``groupnorm_jax.InstanceNorm``.

    Called as ``groupnorm_jax.InstanceNorm`` is, and refusing what that refuses.

    Example:
      >>> import jax, jax.numpy as jnp
      >>> from flax import nnx
      >>> import groupnorm_jax
      >>> from groupnorm_jax import nnx as ours
      >>> x = jax.random.normal(jax.random.key(0), (2, 8, 6))
      >>> linen = groupnorm_jax.InstanceNorm()
      >>> theirs = linen.apply(linen.init(jax.random.key(1), x), x)
      >>> bool(jnp.allclose(ours.InstanceNorm(6, rngs=nnx.Rngs(0))(x), theirs))
      True
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
        bias_init: Initializer = _ZEROS,
        scale_init: Initializer = _ONES,
        feature_axes: Axes = -1,
        axis_name: str | None = None,
        axis_index_groups: Sequence[Sequence[int]] | None = None,
        use_fast_variance: bool = True,
        promote_dtype: Callable | None = None,
        bias_metadata: Mapping[str, Any] = _PLAIN,
        scale_metadata: Mapping[str, Any] = _PLAIN,
        activation: str | Activation | None = None,
        rngs: nnx.Rngs,
    ) -> None:
        del use_fast_variance
        self.epsilon = epsilon
        self.dtype = dtype
        self.param_dtype = param_dtype
        self.axis_name = axis_name
        self.axis_index_groups = axis_index_groups
        self.promote_dtype = promote_dtype
        self.activation = activation
        self.feature_axes = feature_axes
        self._make(num_features, rngs, (use_scale, scale_init, scale_metadata), (use_bias, bias_init, bias_metadata))

    def __call__(self, x: jax.Array, **call: Unpack[Call]) -> jax.Array:
        """Normalises x; see the class."""
        x = check_array("x", x)
        return _drop_in.instance_norm(self, *self._own(x, _drop_in.features_shape(x, self.feature_axes)), **call)


class RMSNorm(_DropIn):
    """Root mean square normalization, a drop-in for ``flax.nnx.RMSNorm``; see ``groupnorm_jax.RMSNorm``.

    Args:
      num_features: number of features, the product of their axes' lengths.
      promote_dtype: as of ``GroupNorm``, and so are scale_metadata and rngs; all others are those of
        ``groupnorm_jax.RMSNorm``.

    Called as ``groupnorm_jax.RMSNorm`` is, and refusing what that refuses.

    Example:
      >>> import jax, jax.numpy as jnp
      >>> from flax import nnx
      >>> import groupnorm_jax
      >>> from groupnorm_jax import nnx as ours
      >>> x = jax.random.normal(jax.random.key(0), (2, 8, 6))
      >>> linen = groupnorm_jax.RMSNorm()
      >>> theirs = linen.apply(linen.init(jax.random.key(1), x), x)
      >>> bool(jnp.allclose(ours.RMSNorm(6, rngs=nnx.Rngs(0))(x), theirs))
      True
    """

    def __init__(
        self,
        num_features: int,
        *,
        epsilon: float = 1e-6,
        dtype: Dtype | None = None,
        param_dtype: Dtype = jnp.float32,
        use_scale: bool = True,
        scale_init: Initializer = _ONES,
        reduction_axes: Axes = -1,
        feature_axes: Axes = -1,
        axis_name: str | None = None,
        axis_index_groups: Sequence[Sequence[int]] | None = None,
        use_fast_variance: bool = True,
        promote_dtype: Callable | None = None,
        scale_metadata: Mapping[str, Any] = _PLAIN,
        activation: str | Activation | None = None,
        rngs: nnx.Rngs,
    ) -> None:
        del use_fast_variance
        self.epsilon = epsilon
        self.dtype = dtype
        self.param_dtype = param_dtype
        self.axis_name = axis_name
        self.axis_index_groups = axis_index_groups
        self.promote_dtype = promote_dtype
        self.activation = activation
        self.reduction_axes = reduction_axes
        self.feature_axes = feature_axes
        self._make(num_features, rngs, (use_scale, scale_init, scale_metadata))

    def __call__(self, x: jax.Array, **call: Unpack[Call]) -> jax.Array:
        """Normalises x; see the class."""
        x = check_array("x", x)
        return _drop_in.rms_norm(self, *self._own(x, _drop_in.features_shape(x, self.feature_axes))[:2], **call)
