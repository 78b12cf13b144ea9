"""Whether an entry takes what its statement says, in that order: its signature beside the starter's.

Cases pass all but x by name, so that no case sees an order. The starter is read as text and never run; what a
submission takes is the worker's word, as data. A signature that either side cannot tell is not judged.
"""

import ast
from collections.abc import Mapping, Sequence
from itertools import zip_longest

from grader.course import Entry
from grader.findings.of_case import WrongSignature
from grader.sandbox.transcript import Parameter

BY_POSITION = ("positional_only", "positional_or_keyword")
_OTHERS = ("var_positional", "var_keyword")
Signatures = Mapping[str, Sequence[Parameter]]  # how it is built, "made", and how it is called, "called"


def differing(starter: str, entry: Entry, got: Signatures) -> WrongSignature | None:
    """The first difference that would break a caller who follows the statement; None where there is none.

    Args:
      starter: the text that learners are given.
      entry: what it defines.
      got: what the submission takes.
    """
    for name, asked in of_text(starter, entry).items():
        if name in got and not _accepts(got[name], asked, x=name == "called"):
            method = ".__call__" if name == "called" and entry.kind.endswith("_module") else ""
            return WrongSignature(
                entry=entry.name + method, expected=_written(asked), got=_written(_without_flax(got[name], asked))
            )
    return None


def of_text(source: str, entry: Entry) -> dict[str, tuple[Parameter, ...]]:
    """The signatures of an entry as a text defines it; what cannot be told from the text alone is left out."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return {}
    named = [node for node in body if getattr(node, "name", None) == entry.name]
    node = named[-1] if named else None
    if isinstance(node, ast.FunctionDef):
        return {"called": _of_function(node.args)}
    if not isinstance(node, ast.ClassDef):
        return {}
    methods = {inner.name: inner for inner in node.body if isinstance(inner, ast.FunctionDef)}
    found = {}
    if "__init__" in methods:
        found["made"] = _of_function(methods["__init__"].args)[1:]
    elif entry.kind == "linen_module":
        found["made"] = tuple(_of_field(inner) for inner in node.body if isinstance(inner, ast.AnnAssign))
    if "__call__" in methods:
        found["called"] = _of_function(methods["__call__"].args)[1:]
    return found


def _of_function(given: ast.arguments) -> tuple[Parameter, ...]:
    first = [("positional_only", arg) for arg in given.posonlyargs]
    first += [("positional_or_keyword", arg) for arg in given.args]
    defaults = [None] * (len(first) - len(given.defaults)) + given.defaults
    rows = [_parameter(arg.arg, kind, default) for (kind, arg), default in zip(first, defaults, strict=True)]
    if given.vararg:
        rows.append(_parameter(given.vararg.arg, "var_positional", None))
    named = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    rows += [_parameter(arg.arg, "keyword_only", default) for arg, default in named]
    if given.kwarg:
        rows.append(_parameter(given.kwarg.arg, "var_keyword", None))
    return tuple(rows)


def _of_field(node: ast.AnnAssign) -> Parameter:
    return _parameter(ast.unparse(node.target), "positional_or_keyword", node.value)


def _parameter(name: str, kind: str, default: ast.expr | None) -> Parameter:
    if default is None:
        return Parameter(name=name, kind=kind)
    if isinstance(default, ast.Constant) and isinstance(default.value, int | float | str | None):
        return Parameter(name=name, kind=kind, default=(default.value,))
    return Parameter(name=name, kind=kind, default=())


def _accepts(got: Sequence[Parameter], asked: Sequence[Parameter], *, x: bool) -> bool:
    """Whether every call that the one signature allows is understood by the other in the same way.

    Args:
      got: what the submission takes.
      asked: what the statement's callers may pass.
      x: whether the first is the input, which callers pass by position: its name is free.
    """
    by_position = [p for p in got if p.kind in BY_POSITION]
    kinds = {p.kind for p in got}
    for at, (wanted, found) in enumerate(zip_longest((p for p in asked if p.kind in BY_POSITION), by_position)):
        if wanted is None:
            break
        if found is None:
            named = any(p.name == wanted.name for p in got if p.kind == "keyword_only")
            if named or not kinds & set(_OTHERS):
                return False
        elif not (_stands_for(found, wanted) and (found.name == wanted.name or (x and at == 0))):
            return False
    by_name = {p.name: p for p in got if p.kind in ("positional_or_keyword", "keyword_only")}
    for wanted in (p for p in asked if p.kind == "keyword_only"):
        if wanted.name in by_name and not _stands_for(by_name[wanted.name], wanted):
            return False
        if wanted.name not in by_name and "var_keyword" not in kinds:
            return False
    names = {p.name for p in asked}
    first = by_position[0].name if x and by_position else None
    return all(p.default is not None or p.kind in _OTHERS or p.name in names or p.name == first for p in got)


def _stands_for(found: Parameter, wanted: Parameter) -> bool:
    """Whether it may be left out where the other may, with the same effect as far as plain defaults tell.

    None says "left out", and what is then done is the program's own affair: the values show it.
    """
    if wanted.default is None:
        return True
    if found.default is None:
        return False
    told = [*found.default, *wanted.default]
    return len(told) < 2 or None in told or told[0] == told[1]


def _without_flax(got: Sequence[Parameter], asked: Sequence[Parameter]) -> Sequence[Parameter]:
    """Without what every Linen module takes."""
    names = {p.name for p in asked}
    return [p for p in got if p.name in names or not (p.name in ("parent", "name") and p.default is not None)]


def _written(given: Sequence[Parameter]) -> tuple[str, ...]:
    """As Python writes them: "x", "eps=1e-5", "*", "rngs"."""
    rows, kinds = [], [p.kind for p in given]
    for at, p in enumerate(given):
        if p.kind == "keyword_only" and not {"keyword_only", "var_positional"} & set(kinds[:at]):
            rows.append("*")
        stars = {"var_positional": "*", "var_keyword": "**"}.get(p.kind, "")
        rows.append(f"{stars}{p.name}{'' if p.default is None else _default(p.default)}")
        if p.kind == "positional_only" and kinds[at + 1 : at + 2] != ["positional_only"]:
            rows.append("/")
    return tuple(rows)


def _default(told: tuple[object, ...]) -> str:
    if not told:
        return "=..."
    return f"={told[0]!r}".replace("e-0", "e-") if isinstance(told[0], float) else f"={told[0]!r}"
