"""The module search path without the folder in which a learner works.

A learner's own ``exercises/`` or ``jax.py`` must never be imported in place of the real one. Only ``os`` and ``sys``
are used: they are loaded before any search path matters.
"""

import os
import sys

_ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))


def trusted() -> list[str]:
    """``sys.path`` without the working directory and relative entries; the folder of this package comes last."""
    try:
        here = os.path.realpath(os.getcwd())
    except OSError:
        here = ""  # the folder has been deleted: nothing can be imported from it
    kept = [p for p in sys.path if os.path.isabs(p) and (os.path.realpath(p) != here or _is_pythons_own(p))]
    return kept if _ROOT in kept else [*kept, _ROOT]


def _is_pythons_own(path: str) -> bool:
    """Whether it is the standard library or an installed package, which stay even if they are the working directory."""
    real = os.path.realpath(path)
    return any(real.startswith(os.path.join(os.path.realpath(p), "lib")) for p in (sys.prefix, sys.base_prefix))
