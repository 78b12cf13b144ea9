"""Group Normalization for JAX and Flax."""

from groupnorm_jax._linen import MyGroupNorm

__version__ = "0.1.0"

__all__ = ["MyGroupNorm"]
