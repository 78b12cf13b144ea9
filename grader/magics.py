"""What is no Python in a notebook's cell - magics, shell lines, questions - taken out, line by line.

Nothing of IPython is needed for it: its own transformation turns each of these into a call, and here they have no part
in the program. Lines keep their numbers.
"""

import ast
import re

TRIES = 30  # lines that are mended one by one; a cell with more of them is mended at once

_UNWRAPPED = ("time", "timeit", "capture", "prun", "memit", "check", "mprun", "lprun")  # cell magics around Python
_CELL = re.compile(r"\s*%%(\w+)?")
_LINE = re.compile(r"(?P<indent>\s*)(?:[%!?].*|[\w.\[\]'\"]+\?{1,2}\s*)$")
_ASSIGNED = re.compile(r"(?P<target>\s*[\w.,\[\]\s]+?)=\s*[%!].*$")


def plain_python(cell: str) -> tuple[str, ast.Module]:
    """The cell as plain Python with its lines where they were, and that parsed; nothing of other languages.

    Raises:
      SyntaxError: if it is neither Python nor Python with magics.
      ValueError: and MemoryError and RecursionError, as ``ast.parse`` does.
    """
    lines = _without_cell_magic(cell.split("\n"))
    try:
        return _parsed(lines)
    except SyntaxError as first:
        mended = _mended_one_by_one(list(lines), first)
    if mended:
        return mended
    return _parsed([_mended(line) or line for line in lines])


def _without_cell_magic(lines: list[str]) -> list[str]:
    first = next((i for i, line in enumerate(lines) if line.strip() and not line.strip().startswith("#")), None)
    found = _CELL.match(lines[first]) if first is not None else None
    if found is None or first is None:
        return lines
    if found[1] in _UNWRAPPED:
        return [*lines[:first], "", *lines[first + 1 :]]
    return [""] * len(lines)


def _mended_one_by_one(lines: list[str], error: SyntaxError) -> tuple[str, ast.Module] | None:
    """Replaces the line that Python stumbles over, if it looks like a magic, and so on: strings stay as they are."""
    for _ in range(TRIES):
        at = (error.lineno or 0) - 1
        new = _mended(lines[at]) if 0 <= at < len(lines) else None
        if new is None:
            return None
        lines[at] = new
        try:
            return _parsed(lines)
        except SyntaxError as next_one:
            error = next_one
    return None


def _mended(line: str) -> str | None:
    """A line without its magic; None if it has none."""
    if found := _LINE.match(line):
        return f"{found['indent']}pass"
    found = _ASSIGNED.match(line)
    return f"{found['target']}= None" if found else None


def _parsed(lines: list[str]) -> tuple[str, ast.Module]:
    text = "\n".join(lines)
    return text, ast.parse(text)
