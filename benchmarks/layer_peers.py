"""Group normalization as other libraries have it, each on the layout it prefers, behind one small interface."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

EPS = 1e-6


@dataclass(frozen=True)
class Case:
    """One measurement's input: a shape with channels last, the number of groups, and a dtype's name."""

    shape: tuple[int, ...]
    groups: int
    dtype: str

    def draw(self, seed: int, mean: float = 0.0) -> np.ndarray:
        """Normal float32 numbers of the case's shape."""
        return np.random.default_rng(seed).normal(mean, 1.0, self.shape).astype(np.float32)


@dataclass(frozen=True)
class Layer:
    """A peer's layer for one case.

    Attributes:
      put: from a NumPy array, channels last, to the peer's input.
      get: back, in float32.
      forward: of an input.
      both: of an input and a cotangent: output and gradients of input, scale and offset.
      donating: the two again, where the input (forward) or the cotangent (both) may be overwritten; None if the peer
        has nothing like it.
    """

    put: Callable[[np.ndarray], Any]
    get: Callable[[Any], np.ndarray]
    forward: Callable[[Any], Any]
    both: Callable[[Any, Any], Any]
    donating: tuple[Callable, Callable] | None = None


def in_jax(function: Callable, case: Case, *, first: bool = False) -> Layer:
    """A layer from a function of x, scale and offset.

    Args:
      function: gives an array of x's shape and dtype.
      case: the measurement.
      first: whether the function wants channels on axis 1.
    """
    dtype, channels = jnp.dtype(case.dtype), case.shape[-1]
    scale, offset = jnp.ones(channels), jnp.zeros(channels)

    def both(x: jax.Array, dy: jax.Array, scale: jax.Array, offset: jax.Array) -> Any:
        y, pull = jax.vjp(function, x, scale, offset)
        return y, *pull(dy)

    def put(x: np.ndarray) -> jax.Array:
        return jax.block_until_ready(jnp.asarray(np.moveaxis(x, -1, 1) if first else x, dtype))

    def get(y: jax.Array) -> np.ndarray:
        return np.moveaxis(np.asarray(y, np.float32), 1, -1) if first else np.asarray(y, np.float32)

    def ready(compiled: Callable, *parameters: jax.Array) -> Callable:
        return lambda *arrays: jax.block_until_ready(compiled(*arrays, *parameters))

    own = (scale, offset)
    return Layer(
        put,
        get,
        ready(jax.jit(function), *own),
        ready(jax.jit(both), *own),
        (ready(jax.jit(function, donate_argnums=0), *own), ready(jax.jit(both, donate_argnums=1), *own)),
    )


def ours(case: Case) -> Layer:
    """``groupnorm_jax.GroupNorm``."""
    from groupnorm_jax import GroupNorm  # peers are imported when they are measured

    layer = GroupNorm(case.groups, epsilon=EPS, dtype=case.dtype)
    return in_jax(lambda x, s, o: layer.apply({"params": {"scale": s, "bias": o}}, x), case)


def limit(case: Case) -> Layer:
    """The least that any norm does: ``x * a + b``, read once and written once."""
    return in_jax(lambda x, s, o: (x.astype(jnp.float32) * s + o).astype(x.dtype), case)


def flax_linen(case: Case) -> Layer:
    """``flax.linen.GroupNorm``."""
    from flax import linen

    layer = linen.GroupNorm(case.groups, epsilon=EPS, dtype=case.dtype)
    return in_jax(lambda x, s, o: layer.apply({"params": {"scale": s, "bias": o}}, x), case)


def flax_nnx(case: Case) -> Layer:
    """``flax.nnx.GroupNorm``."""
    from flax import nnx

    layer = nnx.GroupNorm(case.shape[-1], case.groups, epsilon=EPS, dtype=jnp.dtype(case.dtype), rngs=nnx.Rngs(0))
    graph, state = nnx.split(layer)

    def apply(x: jax.Array, scale: jax.Array, offset: jax.Array) -> jax.Array:
        filled = jax.tree.map(lambda v: v, state)
        filled["scale"].value, filled["bias"].value = scale, offset
        return nnx.merge(graph, filled)(x)

    return in_jax(apply, case)


def haiku(case: Case) -> Layer:
    """``haiku.GroupNorm``."""
    import haiku as hk

    norm = hk.without_apply_rng(hk.transform(lambda x: hk.GroupNorm(case.groups, eps=EPS)(x)))

    def apply(x: jax.Array, scale: jax.Array, offset: jax.Array) -> jax.Array:
        return norm.apply({"group_norm": {"scale": scale, "offset": offset}}, x).astype(x.dtype)

    return in_jax(apply, case)


def equinox(case: Case) -> Layer:
    """``equinox.nn.GroupNorm``, channels first as it wants them."""
    import equinox as eqx

    layer = eqx.nn.GroupNorm(case.groups, case.shape[-1], eps=EPS)

    def apply(x: jax.Array, scale: jax.Array, offset: jax.Array) -> jax.Array:
        filled = eqx.tree_at(lambda m: (m.weight, m.bias), layer, (scale, offset))
        return jax.vmap(filled)(x).astype(x.dtype)

    return in_jax(apply, case, first=True)


def keras(case: Case) -> Layer:
    """``keras.layers.GroupNormalization`` on its JAX backend."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    from keras.layers import GroupNormalization

    layer = GroupNormalization(case.groups, epsilon=EPS, dtype=case.dtype)
    layer.build((None, *case.shape[1:]))
    return in_jax(lambda x, s, o: layer.stateless_call([s, o], [], x)[0], case)


def torch_first(case: Case) -> Layer:
    """``torch.nn.functional.group_norm`` on contiguous channels-first memory."""
    return _in_torch(case, last=False)


def torch_last(case: Case) -> Layer:
    """``torch.nn.functional.group_norm`` on channels-last memory."""
    return _in_torch(case, last=True)


def _in_torch(case: Case, *, last: bool) -> Layer:
    import torch

    dtype = getattr(torch, case.dtype)
    scale = torch.ones(case.shape[-1], dtype=dtype, requires_grad=True)
    offset = torch.zeros(case.shape[-1], dtype=dtype, requires_grad=True)

    def put(x: np.ndarray) -> Any:
        tensor = torch.from_numpy(np.ascontiguousarray(np.moveaxis(x, -1, 1))).to(dtype)
        image = 4  # only images have that memory format
        return tensor.to(memory_format=torch.channels_last) if last and tensor.ndim == image else tensor

    def get(y: Any) -> np.ndarray:
        return np.moveaxis(y.detach().float().numpy(), 1, -1) if y.ndim > 1 else y.detach().float().numpy()

    def forward(x: Any) -> Any:
        with torch.no_grad():
            return torch.nn.functional.group_norm(x, case.groups, scale, offset, EPS)

    def both(x: Any, dy: Any) -> Any:
        x = x.detach().requires_grad_()
        y = torch.nn.functional.group_norm(x, case.groups, scale, offset, EPS)
        return y, *torch.autograd.grad(y, (x, scale, offset), dy)

    return Layer(put, get, forward, both)


# name -> what makes its layer, and the package that must be there
PEERS: dict[str, tuple[Callable[[Case], Layer], str]] = {
    "ours": (ours, "groupnorm_jax"),
    "flax.linen": (flax_linen, "flax"),
    "flax.nnx": (flax_nnx, "flax"),
    "haiku": (haiku, "haiku"),
    "equinox": (equinox, "equinox"),
    "keras": (keras, "keras"),
    "torch first": (torch_first, "torch"),
    "torch last": (torch_last, "torch"),
    "limit": (limit, "jax"),
}


def here() -> tuple[list[str], list[str]]:
    """Names of the peers that are installed, and of those that are not."""
    names = {name: find_spec(package) is not None for name, (_, package) in PEERS.items()}
    return [n for n, found in names.items() if found], [n for n, found in names.items() if not found]
