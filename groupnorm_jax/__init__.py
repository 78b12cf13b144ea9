"""Group Normalization for JAX and Flax."""

from groupnorm_jax._functional import group_norm
from groupnorm_jax._linen import MyGroupNorm
from groupnorm_jax._moments import Moments, merge, merge_axes, merge_devices, moments, normalize

__version__ = "0.1.0"

__all__ = [
    "Moments",
    "MyGroupNorm",
    "group_norm",
    "merge",
    "merge_axes",
    "merge_devices",
    "moments",
    "normalize",
]
