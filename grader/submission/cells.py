"""A code cell as plain Python: what IPython would run, less what is not part of a program. Lines keep their numbers.

IPython is not needed for this. Shell commands, help requests and most magics are dropped; a magic around Python gives
way to the Python in it.
"""

import ast
import re
from collections.abc import Collection
from dataclasses import dataclass

TRIES = 30  # lines replaced one at a time; in a cell with more of them, all are replaced at once
LONGEST = 10_000  # characters of a line that is looked at

PYTHON = frozenset(  # cell magics whose body is Python
    ("time", "timeit", "capture", "prun", "memit", "check", "mprun", "lprun", "python", "python3", "debug")
)
LANGUAGES = frozenset(  # cell magics whose body is something else
    (
        *("bash", "sh", "script", "system", "sx", "cmd", "!", "html", "HTML", "javascript", "js", "latex", "markdown"),
        *("svg", "SVG", "perl", "ruby", "R", "cython", "sql", "bigquery", "python2", "pypy", "ai", "writetemplate"),
    )
)
FILES = ("writefile", "file")
_CELL = re.compile(r"\s*%%(\S+)[ \t]*(.*)")
_PROMPT = re.compile(r"(?:>>> ?|In \[\d+\]: ?)")
_ANY_PROMPT = re.compile(r"(?:>>> ?|\.\.\. ?|In \[\d+\]: ?| *\.\.\.: ?)")
_HELP = re.compile(r"\s*(?:\?{1,2}[\w.*]+|[\w.\[\]'\"*]+\?{1,2})\s*$")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell as Python.

    Attributes:
      text: Plain Python, with as many lines as the cell.
      tree: Its syntax tree.
      note: What was assumed of it; usually empty.
      written: The name and text of the file that it writes, if it does.
    """

    text: str
    tree: ast.Module
    note: str = ""
    written: tuple[str, str] | None = None


def plain_python(cell: str, modules: Collection[str] = ()) -> Cell:
    """A cell as Python.

    Args:
      cell: Its text.
      modules: Names of modules that earlier cells have written to files.

    Raises:
      SyntaxError: If the cell is neither Python nor Python with magics.
      ValueError: As ``ast.parse`` does, and so are MemoryError and RecursionError.
    """
    lines = _without_prompts(cell.split("\n"))
    at, name, rest = _cell_magic(lines)
    note = ""
    if name:
        head, body = [""] * (at + 1), lines[at + 1 :]
        blank = "\n" * (len(lines) - 1)
        if name in FILES and rest.split():
            return Cell(text=blank, tree=ast.parse(""), written=(rest.split()[-1], "\n".join(body)))
        if name in (*FILES, *LANGUAGES):
            return Cell(text=blank, tree=ast.parse(""))
        lines = [*head, *body]
        if name not in PYTHON:
            note = f"%%{name} is unknown here; the cell counts as Python without it"
    lines = _dedented(lines)
    text, tree = _parsed_without_magics(lines, modules)
    return Cell(text=text, tree=tree, note=note)


def _without_prompts(lines: list[str]) -> list[str]:
    """The lines of a cell that was pasted with the prompts of Python or IPython."""
    first = next((line.lstrip() for line in lines if line.strip()), "")
    if not _PROMPT.match(first):
        return lines
    return [_ANY_PROMPT.sub("", line.lstrip() if _PROMPT.match(line.lstrip()) else line, count=1) for line in lines]


def _dedented(lines: list[str]) -> list[str]:
    """The lines without the indentation of the first, where all have it, as IPython removes it."""
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    indent = first[: len(first) - len(first.lstrip())]
    return [line.removeprefix(indent) for line in lines] if indent else lines


def _cell_magic(lines: list[str]) -> tuple[int, str, str]:
    """The line, the name and the arguments of the cell's magic; no name where it has none."""
    for at, line in enumerate(lines):
        if line.strip() and not line.lstrip().startswith("#"):
            found = _CELL.match(line[:LONGEST])
            return (at, found[1], found[2]) if found else (at, "", "")
    return 0, "", ""


def _parsed_without_magics(lines: list[str], modules: Collection[str]) -> tuple[str, ast.Module]:
    try:
        return _parsed(lines)
    except SyntaxError as first:
        error = first
    repaired = list(lines)
    for _ in range(TRIES):  # only the line that Python rejects, so that lines of a string are kept
        at = (error.lineno or 0) - 1
        while at > 0 and repaired[at - 1].rstrip().endswith("\\"):  # the line that it continues
            at -= 1
        if not (0 <= at < len(repaired) and _replace(repaired, at, modules)):
            break
        try:
            return _parsed(repaired)
        except SyntaxError as next_one:
            error = next_one
    repaired = list(lines)
    for at in range(len(repaired)):
        _replace(repaired, at, modules)
    return _parsed(repaired)


def _replace(lines: list[str], at: int, modules: Collection[str]) -> bool:
    """Replaces the magic in a line, and in those that continue it, by Python; returns whether there was one."""
    line = lines[at]
    if len(line) > LONGEST:
        return False
    new = _without_magic(line, modules)
    if new is None:
        return False
    last = at
    while lines[last].rstrip().endswith("\\") and last + 1 < len(lines):
        last += 1
        lines[last - 1] = "" if last - 1 > at else lines[last - 1]
    if last > at:
        lines[last] = ""
    lines[at] = new.rstrip().removesuffix("\\")
    return True


def _without_magic(line: str, modules: Collection[str]) -> str | None:
    """The line as Python; None if it has no magic."""
    bare = line.lstrip()
    indent = line[: len(line) - len(bare)]
    if bare.startswith("%"):
        return indent + _line_magic(bare, modules)
    if bare.startswith(("!", "?", "/")) or _HELP.match(line):
        return f"{indent}pass"
    target, equals, value = line.partition("=")
    if equals and value.lstrip().startswith(("%", "!")) and target.strip():
        magic = value.strip()
        python = magic.removeprefix("%time ") if magic.startswith("%time ") else "None"
        return f"{target}= {python}"
    before, colon, after = line.rpartition(":")
    if colon and after.lstrip().startswith(("!", "%")):  # if COLAB: !pip install flax
        return f"{before}: pass"
    return None


def _line_magic(bare: str, modules: Collection[str]) -> str:
    name, _, rest = bare.lstrip("%").partition(" ")
    rest = rest.strip()
    if name == "time" and rest:
        return rest
    if name in ("env", "set_env"):
        variable, _, value = rest.partition("=") if "=" in rest else rest.partition(" ")
        if variable.strip() and value:
            return f"import os; os.environ[{variable.strip()!r}] = {value.strip()!r}"
    if name == "run":
        stem = rest.split()[0].removesuffix(".py") if rest else ""
        if stem in modules:
            return f"from {stem} import *"
    return "pass"


def _parsed(lines: list[str]) -> tuple[str, ast.Module]:
    text = "\n".join(lines)
    return text, ast.parse(text)
