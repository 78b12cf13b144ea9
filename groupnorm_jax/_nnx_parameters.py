"""How the NNX layers make their parameters, and read them."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import jax
from flax import nnx

from groupnorm_jax._drop_in import Dtype, Initializer

Metadata = Mapping[str, Any]
PromoteDtype = Callable[..., Any]

ONES: Initializer = nnx.initializers.ones_init()
ZEROS: Initializer = nnx.initializers.zeros_init()
PLAIN: Metadata = MappingProxyType({})


def parameter(
    initializer: Initializer, num_features: int, dtype: Dtype, rngs: nnx.Rngs, metadata: Metadata
) -> nnx.Param[jax.Array]:
    """Makes a parameter of shape ``(num_features,)``."""
    return nnx.Param(initializer(rngs.params(), (num_features,), dtype), **metadata)


def promoted_by(
    promote_dtype: PromoteDtype | None,
    dtype: Dtype | None,
    x: jax.Array,
    scale: nnx.Param[jax.Array] | None,
    bias: nnx.Param[jax.Array] | None,
    shape: Sequence[int],
) -> tuple[jax.Array, jax.Array | None, jax.Array | None]:
    """Returns x, and scale and bias in the features' shape, promoted if the layer was told how."""
    own = [None if p is None else p[...].reshape(shape) for p in (scale, bias)]
    x, scale_, bias_ = (x, *own) if promote_dtype is None else promote_dtype((x, *own), dtype=dtype)
    return x, scale_, bias_
