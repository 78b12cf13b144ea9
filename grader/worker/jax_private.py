"""Everything that touches JAX's private interface, which JAX does not promise to keep.

Every use stands aside where a name is missing or works differently: verdicts stay the same, and what is lost is source
lines or time. A test reads ``LOST`` and says what a new JAX broke.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

# Private name -> what is lost in a version of JAX without it.
LOST = {
    "jax._src.source_info_util.user_context": "the backward pass of a custom_vjp has no source lines of its own",
    "jax._src.interpreters.mlir.make_ir_context": "each compilation makes an MLIR context, 2 ms each",
    "jax._src.xla_bridge._backends": "the warm process does not notice a backend of its own; it still counts threads",
    "jax._src.compilation_cache._cache": "no compile cache: every submission compiles all by itself",
    "jax._src.compilation_cache._cache_initialized": "no compile cache, as above",
    "jax._src.compilation_cache_interface.CacheInterface": "no compile cache, as above",
}
# Modules that JAX imports when it first needs them: too late where no file can be opened.
LATE = ("jax._src.dispatch", "jax._src.compiler", "jax._src.cache_key")

_kept = threading.local()


@contextlib.contextmanager
def own_frames() -> Iterator[None]:
    """Gives what a custom_vjp's backward pass computes its own source lines, not those of the call's forward pass."""
    from jax._src import source_info_util

    if (original := getattr(source_info_util, "user_context", None)) is None:
        yield
        return
    source_info_util.user_context = lambda traceback, **more: original(None, **more)
    try:
        yield
    finally:
        source_info_util.user_context = original


def keep_ir_context() -> None:
    """Has JAX compile everything in one MLIR context a thread, in place of a new one for every operation.

    Making one takes 2 ms, a third of a short program's time. JAX itself reuses contexts since 0.12, ten times each; a
    fork lives for one submission, so that nothing can grow.
    """
    from jax._src.interpreters import mlir

    create: Any = getattr(mlir, "_create_ir_context", None) or getattr(mlir, "make_ir_context", None)
    if create is None:
        return

    def make_ir_context() -> object:
        if not hasattr(_kept, "context"):
            _kept.context = create()
        return _kept.context

    mlir.make_ir_context = make_ir_context  # type: ignore[assignment] - opaque types of a private interface


def has_backend() -> bool:
    """Whether a backend has started in this process."""
    from jax._src import xla_bridge

    return bool(getattr(xla_bridge, "_backends", None))


def use_cache(get: Callable[[str], bytes | None], put: Callable[[str, bytes], None]) -> str:
    """Makes JAX look up and keep what it compiles by these functions; returns why it cannot, or nothing."""
    try:
        import jax
        from jax._src import compilation_cache
        from jax._src.compilation_cache_interface import CacheInterface

        class Cache(CacheInterface):
            """The two functions as JAX asks for them."""

            _path: Any = "memory"

            def get(self, key: str) -> Any:
                return get(key)

            def put(self, key: str, value: bytes) -> None:
                put(key, value)

        for name in ("_cache", "_cache_initialized"):
            getattr(compilation_cache, name)
        jax.config.update("jax_compilation_cache_dir", "memory")
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
        jax.config.update("jax_persistent_cache_enable_xla_caches", "none")
        compilation_cache._cache, compilation_cache._cache_initialized = Cache(), True
    except Exception as error:  # whatever has changed: then there is none
        return f"no compile cache: jax's interface differs ({type(error).__name__})"
    return ""
