"""The entry and what it needs, chosen from statements in the order in which they stand.

A name that is read while a statement runs has the value that the last binding before it gave; one that is read when
a function is called has the value that it has in the end. The program is chosen by following names from the entry.
"""

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from grader.submission.cells import plain_python
from grader.submission.scope import Names, names

# What notebooks have without an import, and a harmless IPython to import it from.
BROUGHT = {
    "display": "from IPython.display import display",
    "get_ipython": "from IPython import get_ipython",
}
STAND_INS = {
    "IPython": """class _Nothing:
    def __getattr__(self, name):
        return _Nothing()

    def __call__(self, *args, **kwargs):
        return None


def get_ipython():
    return _Nothing()
""",
    "IPython.display": """def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return lambda *args, **kwargs: None
""",
}
LONGEST = 256 << 10  # characters of a program that is looked into after it failed
STEPS = 500_000  # at most, in following names


class TangledError(Exception):
    """There are more dependencies than a program of a person has."""


Place = tuple[str, int]  # the code cell (its number from 1, or "[7]" as a kernel counts) and the line in it
Kind = Literal["definition", "import", "star import", "setting", "other"]


@dataclass(frozen=True)
class Statement:
    """One statement at the top level of a file or a code cell.

    Attributes:
      cell: The label of its code cell; empty in a file.
      line: Its first line there, decorators included.
      text: Its text, on its own.
      kind: What it is.
      names: What it has to do with names.
    """

    cell: str
    line: int
    text: str
    kind: Kind
    names: Names

    @property
    def last(self) -> int:
        """Its last line there."""
        return self.line + self.text.count("\n")


def statements(cell: str, text: str, tree: ast.Module) -> list[Statement]:
    """The statements of a file or a code cell.

    Args:
      cell: Its label.
      text: Its text.
      tree: Its syntax tree.
    """
    lines = text.split("\n")
    return [_statement(cell, lines, node) for node in tree.body if not isinstance(node, ast.Pass)]


def _statement(cell: str, lines: Sequence[str], node: ast.stmt) -> Statement:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    last = node.end_lineno or node.lineno
    rows = list(lines[first - 1 : last])
    if not decorators:  # other statements may share its lines
        rows[-1] = rows[-1].encode()[: node.end_col_offset].decode("utf-8", "ignore")
        rows[0] = rows[0].encode()[node.col_offset :].decode("utf-8", "ignore")
    text = "\n".join(rows)
    return Statement(cell, first, text, _kind(node), names(node, text))


def _kind(node: ast.stmt) -> Kind:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return "definition"
        case ast.ImportFrom(names=[ast.alias(name="*")]):
            return "star import"
        case ast.Import() | ast.ImportFrom():
            return "import"
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="update", value=ast.Name() | ast.Attribute() as of))):
            return "setting" if "config" in _path(of) else "other"
        case ast.Assign(targets=[ast.Attribute(value=ast.Name() | ast.Attribute() as of)]):
            return "setting" if "config" in _path(of) else "other"
    return "other"


def _path(node: ast.AST) -> list[str]:
    """The names in a.b.c."""
    found = []
    while isinstance(node, ast.Attribute):
        found.append(node.attr)
        node = node.value
    return [*found, node.id] if isinstance(node, ast.Name) else found


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """The text of a program.

    Attributes:
      source: The text.
      places: The cell and line of each of its lines.
      notes: What the student should know: cells that were left out, definitions that do not count.
      modules: Name -> text of the modules that it may import.
    """

    source: str
    places: tuple[Place, ...]
    notes: tuple[str, ...]
    modules: Mapping[str, str]


def program(found: Sequence[Statement], entry: str, modules: Mapping[str, str], notes: Sequence[str]) -> Extracted:
    """The program in the statements of a notebook.

    Args:
      found: The statements.
      entry: The name that the exercise asks for.
      modules: Name -> text of the modules that cells write.
      notes: See ``Extracted``.

    Raises:
      TangledError: If following the names takes too long.
    """
    kept, free, below = needed(found, entry, modules)
    rows = [(s.cell, s.line + row, text) for s in kept for row, text in enumerate(s.text.split("\n"))]
    rows = [*(("", 0, BROUGHT[name]) for name in sorted(BROUGHT.keys() & free)), *rows]
    source = "".join(f"{text}\n" for *_, text in rows)
    return Extracted(
        source=source,
        places=tuple((cell, line) for cell, line, _ in rows),
        notes=(*notes, *_notes_on_order(below, kept)),
        modules={**modules, **(STAND_INS if "IPython" in source else {})},
    )


def _notes_on_order(below: Mapping[str, Statement], kept: Sequence[Statement]) -> list[str]:
    own = {  # names that a class binds for itself are looked up outside as well
        node.id
        for s in kept
        for node in (ast.walk(ast.parse(s.text)) if below else ())
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return [
        f"{name} gets its value in code cell {s.cell}, below the cell that needs it; move that cell up"
        for name, s in list(below.items())[:2]
        if s.cell and name not in own
    ]


def without_failure(source: str, entry: str, line: int | None) -> tuple[str, list[int]] | None:
    """A program that failed while it was imported, without what its entry can do without.

    That is all that the entry does not need; and the statement that failed, if it defines nothing and all names that it
    binds have earlier values, or if it is an import that only type hints use. Lines stay where they are.

    Args:
      source: The program.
      entry: The name that the exercise asks for.
      line: That failed; None if it is not known.

    Returns:
      The text and the lines that are left out of it; None where nothing can be left out.
    """
    if len(source) > LONGEST:
        return None
    try:
        cell = plain_python(source)
        found = statements("", cell.text, cell.tree)
        pairs = zip(source.split("\n"), cell.text.split("\n"), strict=True)
        magics = {line for line, (written, python) in enumerate(pairs, 1) if written != python}
        kept = needed(found, entry, {})[0]
        there = [s for s in found if line is not None and s.line <= line <= s.last]
        if there and all(any(s is k for k in kept) for s in there):
            failed = there[-1]
            earlier = {name for s in found[: found.index(failed)] for name in s.names.binds}
            rest = [s for s in found if s is not failed]
            if failed.kind == "import" and not failed.names.binds <= earlier:
                hinted = _only_hinted(rest, failed, entry)
                return _with_lazy_hints(*_blanked(found, hinted, len(source.split("\n")))) if hinted else None
            if failed.kind == "definition" or not failed.names.binds <= earlier:
                return None
            kept = needed(rest, entry, {})[0]
        elif len(kept) == len(found) and not magics:
            return None
    except (SyntaxError, ValueError, MemoryError, RecursionError, TangledError):
        return None
    if not any(entry in s.names.binds for s in kept):
        return None
    text, out = _blanked(found, kept, len(source.split("\n")))
    return text, sorted(magics.union(out))


class _WithoutHints(ast.NodeTransformer):
    """Type hints say nothing about what a program computes."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)


def _only_hinted(rest: Sequence[Statement], failed: Statement, entry: str) -> list[Statement] | None:
    """What an entry needs without an import that only its type hints use; None if anything else does."""
    bare = []
    for s in rest:
        tree = _WithoutHints().visit(ast.parse(s.text))
        bare.append(replace(s, names=names(tree.body[0], ast.unparse(tree))))
    kept, free, _ = needed(bare, entry, {})
    if free & failed.names.binds:
        return None
    stay = {id(s) for s in kept}
    return [s for s, b in zip(rest, bare, strict=True) if id(b) in stay]


def _with_lazy_hints(source: str, out: list[int]) -> tuple[str, list[int]] | None:
    """A program whose type hints are not evaluated, with the same lines; None where that cannot be said."""
    first, newline, others = source.partition("\n")
    lazy = f"from __future__ import annotations; {first}{newline}{others}"
    try:
        ast.parse(lazy)
    except SyntaxError:
        return None
    return lazy, out


def _blanked(found: Sequence[Statement], kept: Sequence[Statement], lines: int) -> tuple[str, list[int]]:
    rows = [""] * lines
    for s in kept:
        for at, text in enumerate(s.text.split("\n"), s.line - 1):
            rows[at] = f"{rows[at]}; {text}" if rows[at] else text
    stay = {id(s) for s in kept}
    out = {line for s in found if id(s) not in stay for line in range(s.line, s.last + 1)}
    return "\n".join(rows), sorted(out)


def needed(
    found: Sequence[Statement], entry: str, modules: Mapping[str, str]
) -> tuple[list[Statement], set[str], dict[str, Statement]]:
    """The statements of the entry and of all that it needs, and what is missing.

    That is the names that it needs and nothing here binds; and those that it needs before they are bound, with the
    statement that first binds them.

    Without an entry, it is those of all definitions.

    Args:
      found: All statements, in the order in which they run.
      entry: The name that the exercise asks for.
      modules: The modules from which it may be imported; an entry that is imported from elsewhere is somebody else's.

    Raises:
      TangledError: If following the names takes too long.
    """
    usable = [
        s
        for s in found
        if not (s.kind == "import" and entry in s.names.binds and s.text.split()[1].partition(".")[0] not in modules)
    ]
    wanted = {entry}
    if not any(entry in s.names.binds for s in usable):
        wanted = {name for s in usable if s.kind == "definition" for name in s.names.binds}
    search = _Search(usable)
    kept = [usable[i] for i in search.found(wanted)]
    return kept, search.free, {name: usable[i] for name, i in search.below.items()}


class _Search:
    """Follows names through statements."""

    def __init__(self, found: Sequence[Statement]) -> None:
        self._all = found
        self._binders: dict[str, list[int]] = {}
        setters: dict[str, set[str]] = {}  # a function -> the names that it sets by "global"
        ours = {name for s in found if "import" not in s.kind for name in s.names.binds}
        for i, s in enumerate(found):
            for name in s.names.binds if s.names.sets else ():
                setters.setdefault(name, set()).update(s.names.sets)
            called = {name for function in s.names.calls for name in setters.get(function, ())}
            for name in s.names.binds | s.names.stores | (s.names.changes & ours) | called:
                self._binders.setdefault(name, []).append(i)
        self._kept: set[int] = set()
        self._asked: set[tuple[str, int]] = set()
        self._questions: list[tuple[str, int]] = []
        self._news: list[int] = []
        self._steps = 0
        self.free: set[str] = set()
        self.below: dict[str, int] = {}  # a name that is needed before the first statement that binds it

    def found(self, wanted: Iterable[str]) -> list[int]:
        """Indices of the statements that give names their value at the end, and of all that those need."""
        self._ask(wanted, len(self._all))
        for i, s in enumerate(self._all):  # any name may come from there
            if s.kind == "star import":
                self._keep(i)
        self._follow()
        for i, s in enumerate(self._all):  # holds for all that follows, if the program uses what is set
            if s.kind == "setting" and all(self._kept.intersection(self._binders.get(n, ())) for n in s.names.now):
                self._keep(i)
        self._follow()
        return sorted(self._kept)

    def _ask(self, names: Iterable[str], before: int) -> None:
        """Puts the question what values names have before a statement."""
        for name in names:
            if name not in self._binders:
                self.free.add(name)
            elif (name, before) not in self._asked:
                self._asked.add((name, before))
                self._questions.append((name, before))

    def _follow(self) -> None:
        """Answers the questions, and those that come up."""
        while self._questions or self._news:
            if self._news:
                self._look_into(self._news.pop())
            else:
                self._answer(*self._questions.pop())

    def _answer(self, name: str, before: int) -> None:
        """Keeps what gives a name its value, from the last statement back to one that surely does."""
        binders = self._binders[name]
        if bisect_left(binders, before) == 0:
            self.below.setdefault(name, binders[0])
        value = True  # whether the value is still looked for; of a module that is found, only what is stored in it
        for at in range(bisect_left(binders, before) - 1, -1, -1):
            self._step()
            s = self._all[binders[at]]
            if not (value or name in s.names.stores):
                continue
            self._keep(binders[at])
            if before < len(self._all):  # it may be called there and then, with the values of then
                self._ask(s.names.later, before)
            if name in s.names.binds and s.names.surely:
                if s.kind != "import":
                    break
                value = False

    def _keep(self, i: int) -> None:
        if i not in self._kept:
            self._kept.add(i)
            self._news.append(i)

    def _look_into(self, at: int) -> None:
        """Asks for what a kept statement needs, and keeps what later changes the objects that it makes."""
        names = self._all[at].names
        self._ask(names.now | names.changes | names.stores, at)
        self._ask(names.later, len(self._all))
        for name in () if "import" in self._all[at].kind else names.binds:
            binders = self._binders[name]
            for i in binders[bisect_right(binders, at) :]:
                self._step()
                after = self._all[i].names
                if name in after.binds and after.surely:
                    break
                if name in after.stores | after.changes:
                    self._keep(i)

    def _step(self) -> None:
        self._steps += 1
        if self._steps > STEPS:
            raise TangledError
