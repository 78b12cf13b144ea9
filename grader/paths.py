"""The module search path without the folder in which a learner works.

A learner's own ``exercises/`` or ``jax.py`` must never be imported in place of the real one. Only ``os`` and ``sys``
are used: they are loaded before any search path matters.
"""

import os
import sys

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - pathlib may be shadowed


def trusted() -> list[str]:
    """``sys.path`` less the working directory and relative entries; the folder that holds this package comes last."""
    try:
        here = os.path.realpath(os.getcwd())  # noqa: PTH109
    except OSError:
        here = ""  # the folder has been deleted: nothing can be imported from it
    kept = [p for p in sys.path if os.path.isabs(p) and (os.path.realpath(p) != here or _is_pythons_own(p))]  # noqa: PTH117
    return kept if _ROOT in kept else [*kept, _ROOT]


def _is_pythons_own(path: str) -> bool:
    """The standard library and installed packages stay, even if somebody works in their folder."""
    real = os.path.realpath(path)
    return any(real.startswith(os.path.join(os.path.realpath(p), "lib")) for p in (sys.prefix, sys.base_prefix))  # noqa: PTH118
