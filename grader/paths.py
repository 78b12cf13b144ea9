"""The module search path without the folder in which a learner works.

A learner's own ``exercises/`` or ``jax.py`` must never be imported in place of the real one. Only ``os`` and ``sys``
are used: they are loaded before any search path matters.
"""

import os
import sys

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - pathlib may be shadowed


def trusted() -> list[str]:
    """``sys.path`` less the working directory and relative entries; the folder that holds this package comes last."""
    here = os.path.realpath(os.getcwd())  # noqa: PTH109
    kept = [p for p in sys.path if os.path.isabs(p) and os.path.realpath(p) != here]  # noqa: PTH117
    return kept if _ROOT in kept else [*kept, _ROOT]
