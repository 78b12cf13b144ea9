"""Modules of the student's own that a program imports, found beside its file and read into memory."""

import ast
import sys
from collections.abc import Callable, Iterator

from grader.submission.decoding import NotAProgramError, decoded

MOST = 16  # modules
INSTALLED = frozenset(
    ("jax", "jaxlib", "flax", "optax", "numpy", "scipy", "chex", "grader", "groupnorm_jax", "IPython")
)


def helpers(source: str, read: Callable[[str], bytes | None]) -> dict[str, str]:
    """Name -> text of the modules that a program imports and that lie beside it, and of those that these import.

    Args:
      source: The program.
      read: Gives the bytes of the file of that name beside the program; None where there is none, or it is too large.
    """
    found: dict[str, str] = {}
    waiting = list(_imported(source))
    asked: set[str] = set()
    while waiting and len(found) < MOST:
        name = waiting.pop(0)
        if name in asked or name in INSTALLED or name in sys.stdlib_module_names:
            continue
        asked.add(name)
        data = read(f"{name}.py")
        if data is None:
            continue
        try:
            found[name] = decoded(data)
        except NotAProgramError:  # then the import fails, and the report says so
            continue
        waiting += _imported(found[name])
    return found


def _imported(source: str) -> Iterator[str]:
    """The first names of the modules that a text imports, anywhere in it."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
