"""JAX's compile cache, in memory: filled once by trusted programs, then shared by all forks and changed by none.

A fork writes to its own copy of these pages, and its entries die with it. The interface is JAX's own, private and not
promised: where this version's differs, there is no cache, everything still runs, and the report says so.
"""

import hashlib
import struct
from collections.abc import Iterable, Mapping
from typing import Any

_LENGTHS = struct.Struct("<IQ")
_DIGEST = 32
# Whole programs, not operations: what a solution computes must not lie about as something to be run.
WHOLE = frozenset(
    {"apply", "scan", "while", "while_loop", "cond", "switch", "fori_loop", "map", "<lambda>", "_lambda_"}
)

_given: dict[str, bytes] = {}
_new: dict[str, bytes] = {}


def install() -> str:
    """Makes JAX use the cache; returns why it cannot, or nothing."""
    try:
        import jax  # noqa: PLC0415
        from jax._src import compilation_cache as private  # noqa: PLC0415
        from jax._src.compilation_cache_interface import CacheInterface  # noqa: PLC0415

        class Memory(CacheInterface):
            """Two dictionaries: what was given, and what this process has added."""

            _path: Any = "memory"

            def get(self, key: str) -> Any:  # noqa: ANN401 - the interface says None
                return _given.get(key) or _new.get(key)

            def put(self, key: str, value: bytes) -> None:
                _new[key] = value

        for name in ("_cache", "_cache_initialized"):
            getattr(private, name)
        jax.config.update("jax_compilation_cache_dir", "memory")
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
        jax.config.update("jax_persistent_cache_enable_xla_caches", "none")
        private._cache, private._cache_initialized = Memory(), True  # noqa: SLF001
    except Exception as error:  # noqa: BLE001 - whatever has changed: then there is none
        return f"no compile cache: jax's interface differs ({type(error).__name__})"
    return ""


def fresh(without: Iterable[str]) -> dict[str, bytes]:
    """What this process has compiled, less whole programs and the functions named.

    A key is ``jit_NAME-HASH``.
    """
    left_out = WHOLE | set(without)
    return {key: value for key, value in _new.items() if key.rpartition("-")[0].removeprefix("jit_") not in left_out}


def give(entries: Mapping[str, bytes]) -> None:
    """Adds entries for all forks to come."""
    _given.update(entries)


def forget() -> None:
    """Empties the cache of this process, so that it compiles all by itself."""
    _given.clear()


def filled() -> bool:
    """Whether there are entries."""
    return bool(_given)


def packed(entries: Mapping[str, bytes]) -> bytes:
    """Entries as bytes, for a trusted fork to hand to the process that it was forked from."""
    body = b"".join(_LENGTHS.pack(len(k), len(v)) + k.encode() + v for k, v in entries.items())
    return hashlib.sha256(body).digest() + body


def unpacked(data: bytes) -> dict[str, bytes]:
    """Entries from bytes; none where the fork ended before it had written all of them."""
    entries: dict[str, bytes] = {}
    digest, body, at = data[:_DIGEST], data[_DIGEST:], 0
    if hashlib.sha256(body).digest() != digest:
        return entries
    while at < len(body):
        key, value = _LENGTHS.unpack_from(body, at)
        at += _LENGTHS.size
        entries[body[at : at + key].decode()] = body[at + key : at + key + value]
        at += key + value
    return entries
