"""What an entry can be called with, as data: a row for each parameter. The judge compares it with the starter's."""

import inspect
import math
from collections.abc import Callable
from typing import Any

from grader.worker.wire import LIST_CAP, NAME_CAP

Row = list[Any]  # [name, kind, default]: None for no default, [] for one that is not plain, else [default]


def read(found: Any, kind: str) -> dict[str, list[Row]]:
    """The parameters by which an entry is built ("made") and called ("called"); a signature that has none is left out.

    Args:
      found: the entry.
      kind: what it must be.
    """
    methods = {"made": "__init__", "called": "__call__"}
    is_module = kind.endswith("_module")
    asked = {name: getattr(found, method) for name, method in methods.items()} if is_module else {"called": found}
    rows = {name: _rows(function, bound=int(is_module)) for name, function in asked.items()}
    return {name: row for name, row in rows.items() if row is not None}


def _rows(function: Callable[..., Any], *, bound: int) -> list[Row] | None:
    """Every parameter but the first ``bound``; None where Python cannot tell them, or there are too many."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except Exception:  # a submission may put anything in a signature's place
        return None
    if parameters and parameters[0].kind is not inspect.Parameter.VAR_POSITIONAL:
        parameters = parameters[bound:]
    if len(parameters) > LIST_CAP or any(len(p.name) > NAME_CAP for p in parameters):
        return None
    return [[p.name, p.kind.name.lower(), None if p.default is p.empty else _plain(p.default)] for p in parameters]


def _plain(default: object) -> list[Any]:
    """A default in a list, if it crosses as JSON."""
    plain = default is None or type(default) is bool
    plain = plain or (type(default) is int and abs(default) < 1 << 53)
    plain = plain or (type(default) is float and math.isfinite(default))
    return [default] if plain or (type(default) is str and len(default) <= NAME_CAP) else []
