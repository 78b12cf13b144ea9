"""All norms are this: statistics, an affine map, a residual, an activation. For the gradient x is kept, no more."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp

from groupnorm_jax._arrangements import Arrangement
from groupnorm_jax._moments import SAVED, masked, merge_devices, moments_of_groups, saved, statistics_dtype

Activation = Callable[[jax.Array], jax.Array]
ACTIVATIONS: dict[str, Activation] = {"gelu": jax.nn.gelu, "relu": jax.nn.relu, "silu": jax.nn.silu}
_LIGHT = 256  # bytes of a group beside which three float32 are next to nothing


@dataclass(frozen=True)
class Plan:
    """What is decided before a number is seen; hashable.

    Attributes:
      arrangement: which values are a group.
      eps: added to the variance.
      dtype: of the result.
      centred: whether the mean is subtracted; if not, the variance is about zero.
      activation: what is applied last, or None.
      axis_name: mapped axes over whose devices groups extend, or None.
      axis_index_groups: as for ``jax.lax.psum``.
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

    The gradient keeps x, the statistics of groups and what is handed in besides; all else is computed again.

    Args:
      plan: which norm.
      x: of the arrangement's shape.
      gamma: broadcasts to x, or None for 1.
      beta: broadcasts to x, or None for 0.
      where: broadcasts to x, or None for all.
      residual: of x's shape, or None.

    Returns:
      Array of x's shape and the plan's dtype.
    """
    known = plan.activation is None or any(plan.activation is function for function in ACTIVATIONS.values())
    # Another's activation may change, or hold what is being traced: it is traced at each call, and not kept.
    return (_kept if known else _checkpointed)(plan, x, gamma, beta, where, residual)


def _checkpointed(plan: Plan, x: jax.Array, *others: jax.Array | None) -> jax.Array:
    """The norm, of which the gradient keeps x and the statistics."""
    size, policies = plan.arrangement.view.size, jax.checkpoint_policies
    # Of many small groups, statistics are soon made again.
    is_weighty = isinstance(size, int) and size * x.dtype.itemsize < _LIGHT and plan.axis_name is None
    keep = policies.nothing_saveable if is_weighty else policies.save_only_these_names(SAVED)
    return jax.checkpoint(partial(_norm, plan), prevent_cse=False, policy=keep)(x, *others)


_kept = jax.jit(_checkpointed, static_argnums=0)


def _norm(plan: Plan, x, gamma, beta, where, residual) -> jax.Array:  # noqa: ANN001 - see norm
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
    scale = statistics.inverse_std(plan.eps)
    y = arranged.view.affine(x, statistics.mean, statistics.rest, scale, gamma, beta, plan.dtype if plain else dtype)
    y = arranged.back(y)
    y = y if residual is None else y + residual.astype(dtype)
    if plan.activation is not None:
        shape, y = y.shape, plan.activation(y)
        if jnp.shape(y) != shape:
            raise ValueError(
                f"an activation must be elementwise, but from shape {shape} it made shape {jnp.shape(y)}; call it "
                "on the layer's result instead"
            )
    return y.astype(plan.dtype)
