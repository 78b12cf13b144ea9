"""Which names a top-level statement binds, changes and needs, as Python's own analysis of scopes has it."""

import ast
import re
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_COMPREHENSIONS = {"listcomp", "setcomp", "dictcomp", "genexpr"}
_COMPOUND = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar, ast.With, ast.AsyncWith, ast.Match)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, kw_only=True)
class Names:
    """What a statement has to do with names of the module.

    Attributes:
      binds: Names that it gives a value.
      surely: Whether it does so whenever it runs; otherwise an earlier value may stay.
      stores: Names whose object gets an attribute or an element: f.rate = 1, table["a"] = 2.
      changes: Names whose object it may change by a call: f.defvjp(...), setattr(f, ...), @add_to(f).
      now: Names that it reads while it runs.
      later: Names that are read when what it defines is called.
      sets: Names that a function that it defines sets by ``global``.
      calls: Names that it calls, and does nothing else with.
    """

    binds: frozenset[str] = frozenset()
    surely: bool = True
    stores: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    now: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()


def names(node: ast.stmt, text: str) -> Names:
    """The names of a statement.

    Args:
      node: The statement.
      text: Its text, on its own.
    """
    try:
        table = symtable.symtable(text, "<statement>", "exec")
    except (SyntaxError, ValueError, MemoryError, RecursionError):  # such as "return" at the top level
        return Names()
    now: set[str] = set()
    later: set[str] = set()
    sets: set[str] = set()
    _gather(table, now, later, sets)
    binds = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()}
    given = set(_through_globals(node))
    for code in _quoted(node):
        later |= code
    return Names(
        binds=frozenset(binds | given),
        surely=not isinstance(node, _COMPOUND),
        stores=frozenset(_stored(node)),
        changes=frozenset(_changed(node)),
        now=frozenset(now),
        later=frozenset(later),
        sets=frozenset(sets),
        calls=frozenset(_called(node)),
    )


def _gather(table: symtable.SymbolTable, now: set[str], later: set[str], sets: set[str]) -> None:
    """Adds the globals of a statement and of all scopes within it."""
    waiting = [(table, False)]
    while waiting:
        scope, deferred = waiting.pop()
        module = scope.get_type() == "module"
        for symbol in scope.get_symbols():
            # A name that a class binds is looked up outside, too, as long as it is not bound: eps: float = eps
            if not (module or symbol.is_global() or (scope.get_type() == "class" and symbol.is_local())):
                continue
            if symbol.is_referenced():
                (later if deferred else now).add(symbol.get_name())
            if not module and symbol.is_declared_global() and symbol.is_assigned():
                sets.add(symbol.get_name())
        for inner in scope.get_children():
            function = inner.get_type() == "function" and inner.get_name() not in _COMPREHENSIONS
            waiting.append((inner, deferred or function))


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when a statement runs: its nodes without the bodies of functions."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, _FUNCTIONS):
            waiting += getattr(one, "decorator_list", [])
        else:
            waiting += ast.iter_child_nodes(one)


def _stored(node: ast.stmt) -> Iterator[str]:
    for one in _run(node):
        if isinstance(one, ast.Attribute | ast.Subscript) and isinstance(one.ctx, ast.Store | ast.Del):
            yield from _root(one)


def _changed(node: ast.stmt) -> Iterator[str]:
    for one in _run(node):
        if isinstance(one, ast.Expr) and isinstance(one.value, ast.Call):
            call = one.value
            if isinstance(call.func, ast.Attribute):
                yield from _root(call.func)
            elif isinstance(call.func, ast.Name) and call.func.id in ("setattr", "delattr") and call.args:
                yield from _root(call.args[0])
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for decorator in one.decorator_list:
                if isinstance(decorator, ast.Call):
                    yield from (a.id for a in decorator.args if isinstance(a, ast.Name))
                    decorator = decorator.func
                if isinstance(decorator, ast.Attribute):
                    yield from _root(decorator)


def _root(node: ast.AST) -> Iterator[str]:
    """The name at the left end of a.b[c].d; none where a call stands between, whose result is another object."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _quoted(node: ast.stmt) -> Iterator[set[str]]:
    """The names in code and in look-ups that are written as strings: eval("a + b"), globals()["EPS"]."""
    for one in ast.walk(node):
        if isinstance(one, ast.Subscript) and _is_globals(one.value):
            yield set(_strings([one.slice]))
        elif isinstance(one, ast.Call) and one.args:
            if isinstance(one.func, ast.Name) and one.func.id in ("eval", "exec"):
                for text in _strings(one.args[:1]):
                    yield set(re.findall(r"[^\W\d]\w*", text))
            elif isinstance(one.func, ast.Attribute) and one.func.attr == "get" and _is_globals(one.func.value):
                yield set(_strings(one.args[:1]))


def _called(node: ast.stmt) -> Iterator[str]:
    for one in _run(node):
        if isinstance(one, ast.Expr) and isinstance(one.value, ast.Call) and isinstance(one.value.func, ast.Name):
            yield one.value.func.id


def _through_globals(node: ast.stmt) -> Iterator[str]:
    """Names bound by globals()["name"] = ..., and by globals().update(name=..., **{"name": ...})."""
    for one in _run(node):
        if isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Store) and _is_globals(one.value):
            yield from _strings([one.slice])
        elif (
            isinstance(one, ast.Call)
            and isinstance(one.func, ast.Attribute)
            and one.func.attr in ("update", "setdefault", "__setitem__")
            and _is_globals(one.func.value)
        ):
            yield from (k.arg for k in one.keywords if k.arg)
            for argument in one.args[:1]:
                yield from _strings(argument.keys if isinstance(argument, ast.Dict) else [argument])


def _is_globals(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("globals", "vars")


def _strings(nodes: Iterable[ast.expr | None]) -> Iterator[str]:
    yield from (n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
