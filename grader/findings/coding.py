"""Findings as plain JSON values, and back."""

import math
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from grader.findings import of_case, of_errors
from grader.findings.base import Finding

KINDS: dict[str, type[Finding]] = {
    found.kind: found
    for module in (of_case, of_errors)
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, Finding) and found is not Finding
}

# Why a program broke, where its message is an exception's; else it is what was found in place of what was asked for.
QUOTING = {"blocked", "constructor", "forbidden", "import", "memory", "raised", "syntax"}


def encoded(given: Any) -> Any:
    """A finding, or a part of one, as JSON values: "kind" and its fields; "nan", "inf" and "-inf" are strings."""
    if is_dataclass(given):
        named = {field.name: encoded(getattr(given, field.name)) for field in fields(given)}
        return {"kind": given.kind, **named} if isinstance(given, Finding) else named
    if isinstance(given, tuple):
        return [encoded(item) for item in given]
    return str(given) if isinstance(given, float) and not math.isfinite(given) else given


def decoded(given: Mapping[str, Any]) -> Any:
    """The finding that ``encoded`` wrote.

    Raises:
      ValueError: if it is of no kind that this version knows.
    """
    kind = KINDS.get(given.get("kind", ""))
    if kind is None:
        raise ValueError(f"no finding is of kind {given.get('kind')!r}; the report was written by another version")
    return _made(kind, given)


def _made(kind: type, given: Mapping[str, Any]) -> Any:
    hints = _hints(kind)
    return kind(**{name: _as(hints[name], value) for name, value in given.items() if name in hints})


@cache
def _hints(kind: type) -> dict[str, Any]:
    return {name: hint for name, hint in typing.get_type_hints(kind).items() if name in {f.name for f in fields(kind)}}


def _as(hint: Any, value: Any) -> Any:
    """The value as its field has it."""
    if value is None:
        return None
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        hint = next(option for option in typing.get_args(hint) if option is not type(None))
    if typing.get_origin(hint) is tuple:
        return tuple(_as(typing.get_args(hint)[0], item) for item in value)
    if is_dataclass(hint) and isinstance(hint, type):
        return _made(hint, value)
    return float(value) if hint is float else value


def gist(found: Finding) -> str:
    """In which way something was found: equal for two programs that are wrong in the same way.

    Its kind, what is true of it, the signs of its whole numbers, and its words up to the first particular in them. An
    exception's message, sizes, lines of the program and inputs are each program's own, and are left out.
    """
    return " ".join([found.kind, *_words(encoded(found))])


def _words(given: Any) -> list[str]:
    if isinstance(given, dict):
        left_out = {"kind", "spots", "spot", *(["message"] if given.get("why") in QUOTING else [])}
        return [word for name, value in given.items() if name not in left_out for word in _of_field(name, value)]
    if isinstance(given, list):
        return [word for item in given for word in _words(item)]
    if not isinstance(given, str):
        return []
    line = given.strip().partition("\n")[0]
    return [re.split(r"""[:\d"'(\[]""", line, maxsplit=1)[0].strip()]


def _of_field(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [name] if value else []
    if isinstance(value, int):
        return [f"{name} is {'0' if value == 0 else 'positive' if value > 0 else 'negative'}"]
    return _words(value)
