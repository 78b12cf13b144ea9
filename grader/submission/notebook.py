"""The program in a notebook: the entry and everything it needs, with the cell and line of each line of text.

The notebook is parsed, never run. The last definition of the entry counts, and what it needs (``program.py``). Plots,
training loops, downloads and checks are therefore left out. Cells count in the order of the file, not in the order of
their execution.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from grader.submission.cells import Cell, plain_python
from grader.submission.files import NOTEBOOK_CAP
from grader.submission.program import Extracted, Statement, TangledError, program, statements
from grader.text import copied, plain

CELLS_CAP = 5_000
STATEMENTS_CAP = 5_000
CELL_CAP = 256 << 10  # characters
NOTES_CAP = 4
SHORT = 80


class NotebookError(Exception):
    """The notebook cannot be read; the message says the rule, the values, and a way out."""


def extracted(data: bytes, entry: str) -> Extracted:
    """The program in a notebook.

    Args:
      data: The file's bytes, in nbformat 3 or 4.
      entry: The name that the exercise asks for.

    Raises:
      NotebookError: If it is not a notebook, or contains no code.
    """
    code, others = _cells(_notebook(data))
    if not any(text.strip() for text in code):
        raise NotebookError("the notebook contains no code; write the program in a code cell and save the notebook")
    found = from_cells([(str(number), text) for number, text in enumerate(code, 1)], entry)
    hidden = any(f"class {entry}" in text or f"def {entry}" in text for text in others)
    if hidden and not any(f"class {entry}" in text or f"def {entry}" in text for text in code):
        found = replace(found, notes=(f"{entry} is in a text cell; change that cell to a code cell", *found.notes))
    return found


def from_cells(
    cells: Sequence[tuple[str, str]], entry: str, *, failed: Mapping[str, int] = MappingProxyType({})
) -> Extracted:
    """The program in code cells.

    Args:
      cells: The label and the text of each cell, in the order in which they count.
      entry: The name that the exercise asks for.
      failed: Label of a cell that raised an exception -> the line that did. The rest of that cell does not count.

    Raises:
      NotebookError: If the cells hold more than is read.
    """
    found: list[Statement] = []
    notes: list[str] = []
    modules: dict[str, str] = {}
    for label, text in cells:
        cell = _parsed(text, modules)
        if isinstance(cell, str):
            notes.append(f"code cell {label} is left out: {cell}; it begins with {_begin(text)}")
            continue
        if cell.note:
            notes.append(f"code cell {label}: {cell.note}")
        if cell.written and cell.written[0].endswith(".py") and cell.written[0][:-3].isidentifier():
            modules[cell.written[0][:-3]] = cell.written[1]
        if len(found) + len(cell.tree.body) > STATEMENTS_CAP:
            raise NotebookError(
                f"the notebook has more than {STATEMENTS_CAP:,} statements; delete what does not belong to the program"
            )
        end = failed.get(label)
        found += [s for s in statements(label, cell.text, cell.tree) if end is None or s.last < end]
    try:
        return program(found, entry, modules, (*_note_several(found, entry), *notes)[:NOTES_CAP])
    except TangledError:
        raise NotebookError(
            "the notebook's statements depend on one another too often to be followed; write the program in one cell"
        ) from None


def _notebook(data: bytes) -> dict[str, Any]:
    if len(data) > NOTEBOOK_CAP:
        raise NotebookError(
            f"the notebook is larger than {NOTEBOOK_CAP >> 20} MiB; clear its outputs and save it again"
        )
    if not data.strip():
        raise NotebookError("the file is empty; save the notebook and hand in the saved file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise NotebookError(
            f"a notebook is UTF-8 text, and line {line} is not; save it again from the program you wrote it in"
        ) from None
    try:
        # A huge integer takes quadratic time to read, and no cell needs one.
        found = json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < SHORT else 0)
    except (ValueError, RecursionError) as error:
        raise NotebookError(_not_json(text, error)) from None
    if not isinstance(found, dict) or not isinstance(found.get("cells", found.get("worksheets")), list):
        raise NotebookError(
            "this is JSON but not a notebook: it has no list of cells; save it again from the program you wrote it in"
        )
    return found


def _not_json(text: str, error: Exception) -> str:
    conflict = next((n for n, row in enumerate(text.split("\n"), 1) if row.startswith("<<<<<<< ")), None)
    if conflict:
        return f"the notebook has a merge conflict (<<<<<<< in line {conflict}); resolve it and save the notebook again"
    if isinstance(error, json.JSONDecodeError) and text.lstrip()[:1] != "{":
        return "this is not a notebook: those are JSON and start with {; save a plain program as .py"
    where = f" (line {error.lineno}: {error.msg})" if isinstance(error, json.JSONDecodeError) else ""
    return f"the notebook is damaged: it is not JSON{where}; save it again from the program you wrote it in"


def _cells(notebook: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The texts of the code cells, and of all other cells."""
    cells = notebook.get("cells")
    if not isinstance(cells, list):  # nbformat 3
        sheets = (sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict))
        cells = [cell for sheet in sheets for cell in _listed(sheet.get("cells"))]
    if len(cells) > CELLS_CAP:
        raise NotebookError(f"the notebook has {len(cells)} cells; at most {CELLS_CAP} are read")
    code, others = [], []
    for cell in (cell for cell in cells if isinstance(cell, dict)):
        text = _text(cell.get("source", cell.get("input")))
        (code if cell.get("cell_type") == "code" else others).append(text)
    return code, others


def _listed(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _text(source: Any) -> str:
    """A cell's text, stored as one string or as a list of lines; lone surrogates are replaced."""
    joined = "".join(part for part in source if isinstance(part, str)) if isinstance(source, list) else source
    text = joined if isinstance(joined, str) else ""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")


def _parsed(text: str, modules: Collection[str]) -> Cell | str:
    """A code cell, or the reason why it cannot be used."""
    if "\0" in text:
        return "it contains a null byte"
    if len(text) > CELL_CAP:
        return f"it is longer than {CELL_CAP >> 10} KiB"
    try:
        return plain_python(text, modules)
    except SyntaxError as error:
        where = f"line {error.lineno}: " if error.lineno else ""
        return f"Python cannot read it ({where}{plain(error.msg or '', SHORT)}{copied(error.msg or '')})"
    except (ValueError, MemoryError, RecursionError):
        return "Python cannot read it (it is nested too deeply)"


def _begin(text: str) -> str:
    """The first line of a cell that says something."""
    return f'"{plain(next((line.strip() for line in text.split(chr(10)) if line.strip()), ""), SHORT)}"'


def _note_several(found: Sequence[Statement], entry: str) -> list[str]:
    cells = list(dict.fromkeys(s.cell for s in found if s.kind == "definition" and entry in s.names.binds))
    if len(cells) < 2:  # several means two
        return []
    listed = f"{', '.join(cells[:-1][:5])} and {cells[-1]}"
    return [f"{entry} is defined in code cells {listed}; the last one counts"]
