"""Group Normalization for JAX and Flax."""

from groupnorm_jax._functional import group_norm, instance_norm, layer_norm, rms_norm
from groupnorm_jax._linen import GroupNorm, InstanceNorm, LayerNorm, MyGroupNorm, RMSNorm
from groupnorm_jax._moments import Moments, merge, merge_axes, merge_devices, moments, normalize

__version__ = "0.1.0"

__all__ = [
    "GroupNorm",
    "InstanceNorm",
    "LayerNorm",
    "Moments",
    "MyGroupNorm",
    "RMSNorm",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "merge",
    "merge_axes",
    "merge_devices",
    "moments",
    "normalize",
    "rms_norm",
]
