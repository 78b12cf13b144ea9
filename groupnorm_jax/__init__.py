"""Group Normalization for JAX and Flax."""

from importlib import import_module
from typing import TYPE_CHECKING

from groupnorm_jax._functional import group_norm, instance_norm, layer_norm, rms_norm
from groupnorm_jax._moments import Moments, merge, merge_axes, merge_devices, moments, normalize

if TYPE_CHECKING:
    from groupnorm_jax._linen_axes import InstanceNorm, LayerNorm, RMSNorm
    from groupnorm_jax._linen_groups import GroupNorm, MyGroupNorm
else:
    # The functions need JAX alone. Flax, and what Flax imports in turn, is loaded with the first layer.
    _LAYERS = {
        "GroupNorm": "_linen_groups",
        "InstanceNorm": "_linen_axes",
        "LayerNorm": "_linen_axes",
        "MyGroupNorm": "_linen_groups",
        "RMSNorm": "_linen_axes",
    }

    def __getattr__(name: str) -> object:
        """Returns a Linen layer, which is loaded when it is first asked for."""
        if name not in _LAYERS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        layer = getattr(import_module(f"{__name__}.{_LAYERS[name]}"), name)
        layer.__module__ = __name__
        return globals().setdefault(name, layer)

    def __dir__() -> list[str]:
        """Lists the layers even before one is loaded."""
        return sorted({*globals(), *__all__})


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

for _name in set(__all__) & set(globals()):  # tracebacks, help() and pickles show the public name
    globals()[_name].__module__ = __name__
