"""What a submission may not call, enforced in its own process by patching the callables in place.

A class loses its ``__call__`` and a function its code, so that every alias, subclass and ``getattr`` meets the refusal.
A forbidden package cannot be imported. This does not recognise source copied from a library, and a program that sets
out to undo the patch in its own process can do so: it is a rule for the honest.
"""

import importlib
import sys
import types
from collections.abc import Iterable
from typing import Any, NoReturn

broken: list[str] = []


class ForbiddenCallError(BaseException):
    """A forbidden callable was called. Not an ``Exception``, so that an ordinary ``except`` does not swallow it."""


def refuse(name: str) -> NoReturn:
    """Records and refuses a call."""
    broken.append(name)
    raise ForbiddenCallError(name)


def forbid(names: Iterable[str]) -> None:
    """Patches every name, such as "flax.linen.GroupNorm".

    A name without a dot is a package, and a name that ends with a dot is a module: these can no longer be imported.
    Names that the installed version of a library lacks are skipped.
    """
    for name in names:
        module, _, attribute = name.rpartition(".")
        if not module or not attribute:
            sys.modules[module or name] = None  # type: ignore[assignment] - import stops at None
            continue
        try:
            found = getattr(importlib.import_module(module), attribute)
        except (ImportError, AttributeError):
            continue
        _patch(found, name)


def _patch(found: object, name: str) -> None:
    if isinstance(found, type):
        type.__setattr__(found, "__call__", lambda *_, **__: refuse(name))
        return
    while not isinstance(found, types.FunctionType) and hasattr(found, "__wrapped__"):
        found = getattr(found, "__wrapped__")  # noqa: B009 - not every object has it
    if isinstance(found, types.FunctionType):
        found.__code__ = _refusal(name, found.__code__.co_freevars)


def _refusal(name: str, free: tuple[str, ...]) -> types.CodeType:
    """Returns code that refuses the call, with the free variables of the function's closure."""
    touch = f"({', '.join(free)},)" if free else "()"
    text = (
        f"def outer({', '.join(free)}):\n"
        "  def refused(*_, **__):\n"
        f"    if False: {touch}\n"
        "    import sys\n"
        f"    sys.modules['grader.worker.rules'].refuse({name!r})\n"
        "  return refused\n"
    )
    namespace: dict[str, Any] = {}
    exec(text, namespace)  # noqa: S102 - text of our own
    return namespace["outer"](*free).__code__
