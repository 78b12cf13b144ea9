"""Which of the files that a student handed in is graded: the one that defines what the exercise asks for.

A look at each file decides, not its name: a helper or a test beside the program is not graded in its place, wherever
either lies, in an archive too. Only where several define it do names decide (the one called like the exercise, and of
those that a platform has numbered, ``group_norm_1d-2.py``, the highest), then the newest; a note says so.
"""

import ast
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from grader.submission.archives import opened
from grader.submission.cells import plain_python
from grader.submission.decoding import NotAProgramError, decoded, looks_like_notebook
from grader.submission.files import NOTEBOOKS, SIZE_CAP, RefusedError, kind, size_cap
from grader.submission.notebook import NotebookError, extracted
from grader.submission.program import statements
from grader.text import plain

SHOWN = 5
NESTED = 3  # archives in archives
MEMBERS = 2_000  # files in an archive that a student hands in
DEFINES, MENTIONS, STARTER, NOTHING = 3, 2, 1, 0
_NUMBERED = re.compile(r"(?P<stem>.+?)(?:[-_ ]\(?v?(?P<number>\d{1,4})\)?)?")
_LINKS = (".url", ".webloc", ".gdoc", ".desktop")


class UndecidedError(Exception):
    """Which file is meant cannot be told; the message names them."""


class NoFileError(Exception):
    """None of the files can be a program. ``kind`` names the reason in one word."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Candidate:
    """A file that may be the program.

    Attributes:
      parts: Its path, as the student named it; an archive is a folder in it.
      data: Its bytes.
      modified: When it was changed, in seconds.
      refused: Why it was not read; empty if it was.
    """

    parts: tuple[str, ...]
    data: bytes = b""
    modified: float = 0.0
    refused: str = ""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.parts[-1]

    @property
    def shown(self) -> str:
        """Its path, plain."""
        return plain("/".join(self.parts), 80)

    @cached_property
    def stem(self) -> str:
        """Its name without endings."""
        name = self.name.lower()
        ending = next((e for e in (*NOTEBOOKS, ".py.txt", ".pyw", ".py", ".txt") if name.endswith(e)), "")
        return self.name[: len(self.name) - len(ending)]


@dataclass(frozen=True)
class Asked:
    """What a student was asked for.

    Attributes:
      slug: The exercise's name.
      entry: The name that the program must define.
      starter: The exercise's starter.
      file: The name of the file that the teacher says is meant; empty if none is.
    """

    slug: str
    entry: str
    starter: str
    file: str = ""


def chosen(files: Iterable[Candidate], asked: Asked, found: Sequence[str] = ()) -> tuple[Candidate, list[str]]:
    """The file to grade, and notes on why it is that one.

    Args:
      files: All that were handed in.
      asked: What for.
      found: What a platform says was handed in beside files: "link", "text".

    Raises:
      UndecidedError: If it cannot be told which is meant.
      NoFileError: If none can be.
    """
    opened_up = [file for one in files for file in _unpacked(one)]
    named = [file for file in opened_up if asked.file and asked.file in (file.name, "/".join(file.parts))]
    if len(named) == 1:
        return named[0], []
    ranks = [(_rank(file, asked), file) for file in named or opened_up]
    best = max((rank for rank, _ in ranks), default=NOTHING)
    if best > NOTHING:
        return _decided([file for rank, file in ranks if rank == best], asked, best)
    programs = [file for _, file in ranks if kind(file.name) in ("program", "notebook")]
    if not programs:
        raise NoFileError(*_nothing(opened_up, asked.slug, found))
    called = _called(programs, asked.slug)
    if len(programs) == 1 or len(called) == 1:
        return (called or programs)[0], []
    raise UndecidedError(
        f"{len(programs)} files were handed in ({_listed(programs)}), none of which defines {asked.entry}; which one "
        f"is meant cannot be told; hand in one, called {asked.slug}.py"
    )


def _unpacked(file: Candidate, depth: int = 0) -> list[Candidate]:
    """The file, or those in it."""
    if kind(file.name) != "archive" or file.refused or depth >= NESTED:
        return [file]
    if len(file.data) > size_cap(file.name):
        return [_refused(file, f"it is larger than {size_cap(file.name) >> 20} MiB")]
    try:
        inside = opened(io.BytesIO(file.data), most=MEMBERS).files
    except RefusedError as error:
        return [_refused(file, str(error))]
    members = (candidate((*file.parts, *one.parts), one.read, one.modified) for one in inside)
    return [found for one in members for found in _unpacked(one, depth + 1)] or [_refused(file, "it is empty")]


def candidate(parts: tuple[str, ...], read: Callable[[], bytes], modified: float) -> Candidate:
    """A file with its bytes, or why it was not read."""
    try:
        return Candidate(parts, read(), modified)
    except RefusedError as error:
        return Candidate(parts, modified=modified, refused=str(error))


def _refused(file: Candidate, why: str) -> Candidate:
    return Candidate(file.parts, modified=file.modified, refused=why)


def _rank(file: Candidate, asked: Asked) -> int:
    """How much speaks for a file, by what is in it."""
    if file.refused or kind(file.name) == "archive" or len(file.data) > size_cap(file.name):
        return NOTHING
    if kind(file.name) == "notebook" or looks_like_notebook(file.data):
        rank = _rank_of_notebook(file.data, asked)
    else:
        rank = _rank_of_text(file.data, asked)
    certain = kind(file.name) in ("program", "notebook") or rank == DEFINES
    return rank if certain else NOTHING


def _rank_of_notebook(data: bytes, asked: Asked) -> int:
    if asked.entry.encode() not in data:
        return NOTHING
    try:
        found = extracted(data, asked.entry)
    except NotebookError:
        return MENTIONS
    texts = [found.source, *found.modules.values()]
    return max((_rank_of_program(text, asked) for text in texts if asked.entry in text), default=MENTIONS)


def _rank_of_text(data: bytes, asked: Asked) -> int:
    try:
        text = decoded(data[:SIZE_CAP])
    except NotAProgramError:
        return MENTIONS if re.search(rb"\b(?:class|def)\s+" + re.escape(asked.entry).encode(), data) else NOTHING
    return _rank_of_program(text, asked) if asked.entry in text else NOTHING


def _rank_of_program(text: str, asked: Asked) -> int:
    try:
        cell = plain_python(text)
        found = statements("", cell.text, cell.tree)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return MENTIONS if re.search(rf"\b(?:class|def)\s+{re.escape(asked.entry)}\b", text) else NOTHING
    if not any(asked.entry in s.names.binds and s.kind not in ("import", "star import") for s in found):
        return NOTHING
    return STARTER if _same(cell.tree, asked.starter) else DEFINES


def _same(tree: ast.Module, starter: str) -> bool:
    """Whether a program is the starter, but for comments and whitespace."""
    try:
        return ast.dump(tree) == ast.dump(ast.parse(starter))
    except (SyntaxError, RecursionError):
        return False


def _decided(files: Sequence[Candidate], asked: Asked, rank: int) -> tuple[Candidate, list[str]]:
    """One of several for which the same speaks."""
    if len(files) == 1:
        return files[0], []
    left, reason = _called(files, asked.slug), "its name is the exercise's"
    if len(left) != 1 and not _are_apart(left or files):
        newest = max(file.modified for file in left or files)
        left, reason = [file for file in left or files if file.modified == newest], "it is the newest"
    left = left or list(files)
    if len({file.data for file in left}) > 1:
        what = "define" if rank == DEFINES else "mention"
        raise UndecidedError(
            f"{len(files)} files {what} {asked.entry} ({_listed(files)}), and which one is meant cannot be told; "
            f"hand in one, called {asked.slug}.py"
        )
    if len({file.data for file in files}) == 1:
        return left[0], []
    return left[0], [f"{len(files)} files define {asked.entry} ({_listed(files)}); {left[0].shown} counts: {reason}"]


def _called(files: Sequence[Candidate], slug: str) -> list[Candidate]:
    """Those that are called like the exercise; of numbered ones, those with the highest number."""
    numbers = [(number, file) for file in files if (number := _number(file, slug)) is not None]
    highest = max((number for number, _ in numbers), default=0)
    return [file for number, file in numbers if number == highest]


def _are_apart(files: Sequence[Candidate]) -> bool:
    """Whether each lies in a folder of its own, as those of several people do."""
    tops = {file.parts[0] for file in files if len(file.parts) > 1}
    return len(tops) == len(files)


def _number(file: Candidate, slug: str) -> int | None:
    """The number in a file's name where it is called like the exercise, 0 without one; else None."""
    if file.stem.casefold() == slug.casefold():
        return 0
    found = _NUMBERED.fullmatch(file.stem)
    if found and found["number"] and found["stem"].casefold() == slug.casefold():
        return int(found["number"])
    return None


def _nothing(files: Sequence[Candidate], slug: str, found: Sequence[str]) -> tuple[str, str]:
    """Why there is no program: a word for it, and the sentence."""
    refused = [file for file in files if file.refused]
    if len(files) == 1 and refused:
        return "not_read", (
            f"{files[0].shown} was not read: {files[0].refused}; hand in the file itself, called {slug}.py"
        )
    if "link" in found or any(_is_link(file) for file in files):
        return "link", (
            "a link was handed in, not the program; open it, save the notebook with File, Download, Download .ipynb, "
            "and hand in that file"
        )
    if "text" in found:
        return "text", f"a text was handed in, not a file; hand in {slug}.py or the notebook as a file"
    if not files:
        return "nothing", "nothing was handed in"
    return "no_program", f"neither a .py file nor a notebook was handed in, but {_listed(files)}; hand in {slug}.py"


def _is_link(file: Candidate) -> bool:
    name, head = file.name.lower(), file.data[:4096].lower()
    return name.endswith(_LINKS) or (name.endswith((".html", ".htm", ".txt")) and b"colab.research.google.com/" in head)


def _listed(files: Sequence[Candidate]) -> str:
    names = [file.shown for file in files[:SHOWN]]
    return ", ".join(names) + (f" and {len(files) - SHOWN} more" if len(files) > SHOWN else "")
