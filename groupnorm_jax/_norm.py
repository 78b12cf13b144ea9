"""The computation that all norms share: statistics, an affine map, a residual, an activation. Gradients keep x."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp

from groupnorm_jax._arrangements import Arrangement
from groupnorm_jax._moments import SAVED, masked, merge_devices, moments_of_groups, saved, statistics_dtype
from groupnorm_jax._views import Affine

Activation = Callable[[jax.Array], jax.Array]
ACTIVATIONS: dict[str, Activation] = {"gelu": jax.nn.gelu, "relu": jax.nn.relu, "silu": jax.nn.silu}
_LIGHT = 256  # bytes per group from which three float32 statistics weigh next to nothing


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before tracing; hashable.

    Attributes:
      arrangement: Which values share statistics.
      eps: Added to the variance.
      dtype: Dtype of the result.
      centred: Whether the mean is subtracted; if not, the variance is about zero.
      activation: Function that is applied last, or None.
      axis_name: Mapped axes over whose devices groups extend, or None.
      axis_index_groups: Groups of indices along them, as for ``jax.lax.psum``, or None.
    """

    arrangement: Arrangement
    eps: float
    dtype: jnp.dtype
    centred: bool = True
    activation: Activation | None = None
    axis_name: str | tuple[str, ...] | None = None
    axis_index_groups: tuple[tuple[int, ...], ...] | None = None


def norm(
    plan: Plan,
    x: jax.Array,
    gamma: jax.Array | None,
    beta: jax.Array | None,
    where: jax.Array | None,
    residual: jax.Array | None,
) -> jax.Array:
    """``activation(gamma * (x - mean) / sqrt(var + eps) + beta + residual)``.

    The gradient keeps the arguments and the statistics of groups; everything else is recomputed.

    Args:
      plan: The norm to compute.
      x: Array of the arrangement's shape.
      gamma: Broadcasts to x, or None for 1.
      beta: Broadcasts to x, or None for 0.
      where: Broadcasts to x, or None for all.
      residual: Array of x's shape, or None.

    Returns:
      Array of x's shape and the plan's dtype.
    """
    known = plan.activation is None or any(plan.activation is function for function in ACTIVATIONS.values())
    # A caller's function may change, or hold tracers: it is traced at every call, and jax.jit must not cache it.
    return (_kept if known else _checkpointed)(plan, x, gamma, beta, where, residual)


def _checkpointed(plan: Plan, x: jax.Array, *others: jax.Array | None) -> jax.Array:
    """The norm, whose gradient keeps x and the statistics only."""
    size, policies = plan.arrangement.view.size, jax.checkpoint_policies
    # The statistics of many small groups are large, and cheap to recompute.
    is_weighty = isinstance(size, int) and size * x.dtype.itemsize < _LIGHT and plan.axis_name is None
    keep = policies.nothing_saveable if is_weighty else policies.save_only_these_names(SAVED)
    return jax.checkpoint(partial(_norm, plan), prevent_cse=False, policy=keep)(x, *others)


_kept = jax.jit(_checkpointed, static_argnums=0)


def _norm(
    plan: Plan,
    x: jax.Array,
    gamma: jax.Array | None,
    beta: jax.Array | None,
    where: jax.Array | None,
    residual: jax.Array | None,
) -> jax.Array:
    arranged, dtype = plan.arrangement, statistics_dtype(x.dtype, plan.dtype)
    weight = None
    if where is not None:
        x, weight = masked(x, where)
        weight = arranged.into(weight)
    x = arranged.into(x if statistics_dtype(x.dtype) == dtype else x.astype(dtype))
    gamma, beta = (None if p is None else arranged.broadcasts_into(p.astype(dtype)) for p in (gamma, beta))
    statistics = moments_of_groups(arranged.view, x, weight, centred=plan.centred)
    if plan.axis_name is not None:
        statistics = saved(merge_devices(statistics, plan.axis_name, axis_index_groups=plan.axis_index_groups))
    plain = residual is None and plan.activation is None
    by = Affine(statistics.mean, statistics.rest, statistics.inverse_std(plan.eps), gamma, beta)
    y = arranged.back(arranged.view.affine(x, by, plan.dtype if plain else dtype))
    y = y if residual is None else y + residual.astype(dtype)
    if plan.activation is not None:
        shape, y = y.shape, plan.activation(y)
        if jnp.shape(y) != shape:
            raise ValueError(
                f"activation must be elementwise, but it turned shape {shape} into shape {jnp.shape(y)}; apply it to "
                "the layer's result instead"
            )
    return y.astype(plan.dtype)
