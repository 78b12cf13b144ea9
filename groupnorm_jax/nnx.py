"""The layers as Flax NNX modules, with the same numbers and parameters as the Linen modules of ``groupnorm_jax``."""

from groupnorm_jax._nnx_axes import InstanceNorm, LayerNorm, RMSNorm
from groupnorm_jax._nnx_groups import GroupNorm, MyGroupNorm

__all__ = ["GroupNorm", "InstanceNorm", "LayerNorm", "MyGroupNorm", "RMSNorm"]

for _name in __all__:  # tracebacks, help() and pickles show the public name
    globals()[_name].__module__ = __name__
