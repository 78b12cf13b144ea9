"""The program in a notebook: the entry, and whatever it needs, as text whose every line knows its cell.

A notebook is read and parsed here, never run. What is kept follows from one rule: the last definition of the entry, and
from there every import, definition and assignment whose name is needed. So plots, training loops, downloads and checks
fall away by themselves, wherever they stand. Cells count in the order of the file, not in that of their execution.
"""

import ast
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.magics import plain_python
from grader.text import plain

NOTEBOOK_CAP = 64 << 20  # bytes of a file: mostly pictures
CELLS_CAP = 5_000
NOTES_CAP = 4
SHORT = 80
_TOO_DEEP = (SyntaxError, ValueError, MemoryError, RecursionError)
Place = tuple[str, int]  # the code cell - counted from 1, or by a kernel, "[7]" - and the line in it


class NotebookError(Exception):
    """It is no notebook that can be read; the message says the rule, the values, and a way out."""


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """A program taken from a notebook.

    Attributes:
      source: its text.
      places: where each line of that stands.
      notes: what the learner should know: cells that were left out, definitions that do not count.
    """

    source: str
    places: tuple[Place, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Statement:
    """One statement at the top of a code cell."""

    cell: str
    line: int
    text: str
    node: ast.stmt
    binds: frozenset[str]
    needs: frozenset[str]


def extracted(data: bytes, entry: str) -> Extracted:
    """The program in a notebook.

    Args:
      data: the file's bytes; nbformat 3 and 4.
      entry: the name that the exercise asks for.

    Raises:
      NotebookError: if it is no notebook, or there is no code in it.
    """
    code, others = _cells(_notebook(data))
    if not any(text.strip() for text in code):
        raise NotebookError("the notebook holds no code; write the program in a code cell, and save the notebook")
    found = from_cells([(str(number), text) for number, text in enumerate(code, 1)], entry)
    hidden = any(f"class {entry}" in text or f"def {entry}" in text for text in others)
    if hidden and not any(f"class {entry}" in text or f"def {entry}" in text for text in code):
        found = replace(found, notes=(f"{entry} stands in a text cell; make it a code cell", *found.notes))
    return found


def from_cells(cells: Sequence[tuple[str, str]], entry: str) -> Extracted:
    """The program in code cells.

    Args:
      cells: what each is called, and its text; in the order in which they count.
      entry: the name that the exercise asks for.
    """
    statements: list[_Statement] = []
    notes: list[str] = []
    for cell, text in cells:
        found = _parsed(cell, text)
        if isinstance(found, str):
            notes.append(f"code cell {cell} is left out: {found}")
        else:
            statements += found
    chosen, told = _needed(statements, entry)
    lines = [(s.cell, s.line + i, text) for s in chosen for i, text in enumerate(s.text.split("\n"))]
    return Extracted(
        source="".join(f"{text}\n" for *_, text in lines),
        places=tuple((cell, line) for cell, line, _ in lines),
        notes=tuple([*told, *notes][:NOTES_CAP]),
    )


def _notebook(data: bytes) -> dict[str, Any]:
    if len(data) > NOTEBOOK_CAP:
        raise NotebookError(
            f"the notebook is larger than {NOTEBOOK_CAP >> 20} MiB; clear its outputs, and save it again"
        )
    if not data.strip():
        raise NotebookError("the file is empty; save the notebook, and hand that in")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise NotebookError(
            f"line {line} is not UTF-8 text, as a notebook is; save it anew from where you wrote it"
        ) from None
    try:
        # Numbers as long as a book are nobody's cells.
        found = json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < SHORT else 0)
    except (ValueError, RecursionError) as error:
        raise NotebookError(_no_json(text, error)) from None
    if not isinstance(found, dict) or not isinstance(found.get("cells", found.get("worksheets")), list):
        raise NotebookError(
            "this is JSON, but no notebook: it has no list of cells; save it anew from where you wrote it"
        )
    return found


def _no_json(text: str, error: Exception) -> str:
    conflict = next((n for n, row in enumerate(text.split("\n"), 1) if row.startswith("<<<<<<< ")), None)
    if conflict:
        return (
            f"the notebook holds a merge conflict (<<<<<<< in line {conflict}); settle it, and save the notebook again"
        )
    if isinstance(error, json.JSONDecodeError) and text.lstrip()[:1] != "{":
        return "this is no notebook, whose file is JSON and begins with {; save a plain program as .py"
    where = f" (line {error.lineno}: {error.msg})" if isinstance(error, json.JSONDecodeError) else ""
    return f"the notebook is damaged: it is no JSON{where}; save it anew from where you wrote it"


def _cells(notebook: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The texts of code cells, and of all others."""
    cells = notebook.get("cells")
    if not isinstance(cells, list):  # nbformat 3
        sheets = (sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict))
        cells = [cell for sheet in sheets for cell in _listed(sheet.get("cells"))]
    if len(cells) > CELLS_CAP:
        raise NotebookError(f"the notebook has {len(cells)} cells; {CELLS_CAP} are the most that are read")
    code, others = [], []
    for cell in (cell for cell in cells if isinstance(cell, dict)):
        text = _text(cell.get("source", cell.get("input")))
        (code if cell.get("cell_type") == "code" else others).append(text)
    return code, others


def _listed(found: Any) -> list[Any]:  # noqa: ANN401 - JSON
    return found if isinstance(found, list) else []


def _text(source: Any) -> str:  # noqa: ANN401 - JSON
    """A cell's text, which a notebook holds as one string or as its lines; a lone surrogate is nothing to run."""
    joined = "".join(part for part in source if isinstance(part, str)) if isinstance(source, list) else source
    text = joined if isinstance(joined, str) else ""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")


def _parsed(cell: str, text: str) -> list[_Statement] | str:
    """A code cell's statements, or why it has none."""
    if "\0" in text:
        return "it has a null byte"
    try:
        python, tree = plain_python(text)
    except SyntaxError as error:
        where = f"line {error.lineno}: " if error.lineno else ""
        return f"Python cannot read it ({where}{plain(error.msg or '', SHORT)})"
    except (ValueError, MemoryError, RecursionError):
        return "Python cannot read it (it is nested too deeply)"
    lines = python.split("\n")
    return [_statement(cell, lines, node) for node in tree.body]


def _statement(cell: str, lines: Sequence[str], node: ast.stmt) -> _Statement:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    last = node.end_lineno or node.lineno
    rows = list(lines[first - 1 : last])
    if not decorators:  # others may stand on its lines too
        rows[-1] = rows[-1].encode()[: node.end_col_offset].decode("utf-8", "ignore")
        rows[0] = rows[0].encode()[node.col_offset :].decode("utf-8", "ignore")
    try:
        binds, needs = frozenset(_bound(node)), frozenset(_read(node))
    except _TOO_DEEP:
        binds, needs = frozenset(), frozenset()
    return _Statement(cell, first, "\n".join(rows), node, binds, needs)


def _bound(node: ast.stmt) -> Iterator[str]:
    """Names that a statement at the top gives a value, its own body's names aside."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        return
    if isinstance(node, ast.Expr):  # such as f.defvjp(there, back), which belongs to the definition of f
        call = node.value
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name)
        ):
            yield call.func.value.id
        return
    waiting: list[ast.AST] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in one.names)
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield one.name
            continue
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store | ast.Del):
            yield one.id
        elif isinstance(one, ast.Attribute | ast.Subscript) and isinstance(one.ctx, ast.Store):
            yield from (n.id for n in ast.walk(one.value) if isinstance(n, ast.Name))  # a change to what it names
        elif isinstance(one, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            continue
        waiting += ast.iter_child_nodes(one)


def _read(node: ast.stmt) -> Iterator[str]:
    """Names that a statement reads, at once or when it is called."""
    yield from (n.id for n in ast.walk(node) if isinstance(n, ast.Name))


def _needed(statements: Sequence[_Statement], entry: str) -> tuple[list[_Statement], list[str]]:
    """The entry's last definition with all that it needs; all definitions, where there is no entry."""
    definitions = [s for s in statements if entry in s.binds and not _is_import(s)]
    wanted = {entry} if definitions else {name for s in statements if _defines(s) for name in s.binds}
    told = _several(definitions, entry)
    kept: set[int] = set()
    usable = _superseded_left_out(statements)
    ours = {name for s in statements if _defines(s) for name in s.binds}
    usable -= {i for i, s in enumerate(statements) if isinstance(s.node, ast.Expr) and not s.binds <= ours}
    while True:
        more = {i for i, s in enumerate(statements) if i in usable and i not in kept and _is_part(s, wanted)}
        if not more:
            return [statements[i] for i in sorted(kept)], told
        kept |= more
        wanted |= {name for i in more for name in statements[i].needs}


def _is_part(statement: _Statement, wanted: set[str]) -> bool:
    always = isinstance(statement.node, ast.ImportFrom) and any(a.name == "*" for a in statement.node.names)
    return not _of_a_notebook(statement.node) and (always or bool(statement.binds & wanted))


def _superseded_left_out(statements: Sequence[_Statement]) -> set[int]:
    """Which statements count: of several definitions of a name the last, unless that one builds upon an earlier."""
    last: dict[str, int] = {}
    for i, s in enumerate(statements):
        if _defines(s):
            last.update(dict.fromkeys(s.binds, i))

    def counts(i: int) -> bool:
        s = statements[i]
        if not _defines(s):
            return True
        (name,) = s.binds
        return last[name] == i or any(name in one.needs for one in statements[i + 1 : last[name] + 1])

    return {i for i in range(len(statements)) if counts(i)}


def _several(definitions: Sequence[_Statement], entry: str) -> list[str]:
    cells = list(dict.fromkeys(s.cell for s in definitions if _defines(s)))
    if len(cells) < 2:  # noqa: PLR2004 - two are several
        return []
    listed = f"{', '.join(cells[:-1][:5])} and {cells[-1]}"
    return [f"{entry} is defined in code cells {listed}; the last one counts"]


def _defines(statement: _Statement) -> bool:
    return isinstance(statement.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def _is_import(statement: _Statement) -> bool:
    return isinstance(statement.node, ast.Import | ast.ImportFrom)


def _of_a_notebook(node: ast.stmt) -> bool:
    """Whether it imports what is there in notebooks alone."""
    if isinstance(node, ast.Import):
        modules = [alias.name for alias in node.names]
    else:
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    return any(f"{module}.".startswith(("IPython.", "grader.", "google.colab.")) for module in modules)
