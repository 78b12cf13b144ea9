"""What Linen's and NNX's drop-in layers share: the condition joins the parameters, and the norm is called."""

from collections.abc import Sequence
from typing import Protocol

import jax
import jax.numpy as jnp

from groupnorm_jax._checks import check_eps
from groupnorm_jax._functional import applied
from groupnorm_jax._layouts import Layout
from groupnorm_jax._moments import promoted
from groupnorm_jax._norm import Activation

Dtype = jax.typing.DTypeLike
Initializer = jax.nn.initializers.Initializer


class Settings(Protocol):
    """A layer's settings, by Flax's names, that do not depend on axes."""

    @property
    def epsilon(self) -> float:
        """Added to the variance."""
        ...

    @property
    def dtype(self) -> Dtype | None:
        """Dtype of the result."""
        ...

    @property
    def axis_name(self) -> str | None:
        """Mapped axis over whose devices groups extend."""
        ...

    @property
    def axis_index_groups(self) -> Sequence[Sequence[int]] | None:
        """Groups of its devices."""
        ...

    @property
    def activation(self) -> str | Activation | None:
        """Applied last."""
        ...


def called(
    layer: Settings,
    layout: Layout,
    x: jax.Array,
    own_scale: jax.Array | None,
    own_bias: jax.Array | None,
    *,
    mask: jax.Array | None,
    scale: jax.Array | None,
    bias: jax.Array | None,
    residual: jax.Array | None,
    centred: bool = True,
) -> jax.Array:
    """``activation((own_scale * normalized + own_bias) * scale + bias + residual)``.

    Args:
      layer: Its settings.
      layout: What the layer does with x's axes.
      x: Checked input.
      own_scale: Scale among the layer's parameters, of the features' shape, or None for 1.
      own_bias: Bias among the layer's parameters, likewise, or None for 0.
      mask: Which values count, or None for all.
      scale: Scale of a condition, or None for 1.
      bias: Bias of a condition, or None for 0.
      residual: Array of x's shape, or None.
      centred: Whether the mean is subtracted.
    """
    own = [p.dtype for p in (own_scale, own_bias) if p is not None]
    wide = promoted(x.dtype, *own, jnp.float32)
    gamma, beta = (None if p is None else p.astype(wide) for p in (own_scale, own_bias))
    scale, bias = layout.parameter("scale", scale), layout.parameter("bias", bias)
    if scale is not None:
        scale = scale.astype(wide)
        gamma = scale if gamma is None else _like(gamma, scale) * scale
        beta = None if beta is None else _like(beta, scale) * scale
    if bias is not None:
        bias = bias.astype(wide)
        beta = bias if beta is None else _like(beta, bias) + _like(bias, beta)
    return applied(
        layout,
        x,
        gamma,
        beta,
        check_eps("epsilon", layer.epsilon),
        centred=centred,
        where=mask,
        residual=residual,
        activation=layer.activation,
        dtype=promoted(x.dtype, *own) if layer.dtype is None else layer.dtype,
        axis_name=layer.axis_name,
        axis_index_groups=layer.axis_index_groups,
    )


def _like(parameter: jax.Array, other: jax.Array) -> jax.Array:
    """Returns the parameter with at least as many axes as the other."""
    return parameter.reshape((1,) * (other.ndim - parameter.ndim) + parameter.shape)
