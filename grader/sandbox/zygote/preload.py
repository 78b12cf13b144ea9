"""Everything a submission may import, imported once: inside the sandbox no file can be opened.

JAX and Flax import some of their own modules late. These were found by running many programs and comparing the loaded
modules before and after; ``tests/grader/sandbox/test_warm.py`` repeats the comparison.
"""

import contextlib
import importlib
import io
import pkgutil
import sys
import warnings
from collections.abc import Iterator
from itertools import chain

from grader.worker.jax_private import LATE

# Modules with effects on import, or that need what this host lacks.
_NOT = frozenset(
    {
        "antigravity",
        "this",
        "idlelib",
        "turtle",
        "turtledemo",
        "tkinter",
        "lib2to3",
        "ensurepip",
        "venv",
        "test",
        "readline",
        "rlcompleter",
        "distutils",
        "pydoc_data",
        "nturl2path",
        "msilib",
        "winreg",
        "winsound",
        "nt",
    }
)
_LIBRARIES = (
    "numpy",
    "numpy.linalg",
    "numpy.testing",
    "numpy.random",
    "numpy.fft",
    "numpy.polynomial",
    "numpy.char",
    "numpy.rec",
    "numpy.strings",
    "numpy.matlib",
    "numpy.ma.mrecords",
    "numpy.ctypeslib",
    "jax",
    "jax.numpy",
    "jax.lax",
    "jax.nn",
    "jax.nn.initializers",
    "jax.random",
    "jax.scipy",
    "jax.tree",
    "jax.tree_util",
    "jax.typing",
    "jax.extend",
    "jax.extend.core",
    "jax.experimental",
    "jax.debug",
    "jax.dtypes",
    "jax.flatten_util",
    "jax.scipy.special",
    "jax.scipy.stats",
    "jax.numpy.linalg",
    "jax.experimental.checkify",
    "jax.experimental.multihost_utils",
    "jax.experimental.key_reuse._core",
    "jax.experimental.shard_map",
    "jax.interpreters.mlir",
    "jax.custom_batching",
    "jax.custom_derivatives",
    "jax.ops",
    "jax.sharding",
    "jax.monitoring",
    "jax.experimental.pallas",
    *LATE,
    "flax",
    "flax.linen",
    "flax.linen.initializers",
    "flax.linen.normalization",
    "flax.nnx",
    "flax.struct",
    "flax.core",
    "flax.core.meta",
    "flax.traverse_util",
    "flax.errors",
    "flax.training.train_state",
    "flax.typing",
    "flax.linen.module",
    "flax.linen.summary",
    "flax.nnx.bridge",
    "optax",
    "chex",
    "einops",
    "jaxtyping",
    "zstandard",
    "compression.zstd",
    "encodings.idna",
    "encodings.ascii",
    "encodings.latin_1",
    "encodings.unicode_escape",
    "encodings.utf_16",
    "importlib.metadata",
    "importlib.resources",
    "unittest.mock",
    "concurrent.futures",
    "concurrent.futures.thread",
    "concurrent.futures.process",
    "collections.abc",
    "os.path",
    "multiprocessing.pool",
    "xml.etree.ElementTree",
    "logging.handlers",
    "json.tool",
    "urllib.request",
    "scipy.linalg",
    "scipy.linalg.cython_lapack",
    "scipy.special",
    "rich._emoji_codes",
    "multiprocessing.synchronize",
    "email.message",
    "http.client",
    "jaxlib.mlir.dialects.chlo",
    "jaxlib.mlir.dialects.math",
)

_PACKAGES = (
    "jax",
    "jax.nn",
    "jax.scipy",
    "jax.experimental",
    "jax.example_libraries",
    "flax",
    "flax.core",
    "flax.linen",
    "jaxlib.mlir.dialects",
    "jax.interpreters",
    "flax.linen.experimental",
    "flax.training",
    "flax.nnx",
    "flax.nnx.nn",
    "optax",
)
# Whose versions a submission may ask for.
DISTRIBUTIONS = ("numpy", "scipy", "jax", "jaxlib", "flax", "optax", "chex", "einops", "jaxtyping", "ml_dtypes")
# Modules that start threads or a backend, or import what no exercise needs.
_HEAVY = frozenset(
    {
        "checkpoints",
        "cloud_tpu_init",
        "collect_profile",
        "jax2tf",
        "pallas",
        "mosaic",
        "topologies",
        "array_serialization",
        "serialize_executable",
        "tools",
    }
)


def preload() -> None:
    """Imports every module that is installed; the others are no loss."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        for name in chain(_LIBRARIES, _within(), _standard()):
            with contextlib.suppress(Exception):
                importlib.import_module(name)


def _within() -> Iterator[str]:
    """The submodules of the packages that learners use, without the library's own tests."""
    for name in _PACKAGES:
        package = sys.modules.get(name)
        for found in pkgutil.iter_modules(package.__path__ if package else ()):
            if not found.name.startswith(("_", "test")) and found.name not in _HEAVY:
                yield f"{name}.{found.name}"


def _standard() -> list[str]:
    return sorted(name for name in sys.stdlib_module_names if not name.startswith("_") and name not in _NOT)
