"""What was handed in, as a tree of files: the same whether it lies in a folder or in an archive.

Nothing here opens what a student could have laid as a trap: no link is followed, nothing but plain files is read, and
of each no more than a submission may have.
"""

import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from grader.text import plain

SIZE_CAP = 1 << 20  # bytes of a program
NOTEBOOK_CAP = 64 << 20  # bytes of a notebook, most of them in pictures
ARCHIVE_CAP = 64 << 20  # bytes of an archive within a submission
FILES_CAP = 200_000
DEPTH_CAP = 40
LINK = "it is a link, and no link is followed: it could lead to somebody else's file"
SPECIAL = "it is neither a plain file nor a folder"
TOO_DEEP = f"it lies more than {DEPTH_CAP} folders deep"
NOTEBOOKS = (".ipynb", ".ipynb.json", ".ipynb.txt")  # browsers append another ending
# What machines leave beside people's files, and other people's programs.
_LITTER = frozenset(("__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini", "site-packages", "node_modules", "venv"))


class SubmissionsError(Exception):
    """There is nothing that could be graded; the message says the rule, the values, and a way out."""


class RefusedError(Exception):
    """One file cannot be read; the message says why, for its student."""


@dataclass(frozen=True, kw_only=True)
class File:
    """One file that was handed in.

    Attributes:
      parts: Its path below the folder or in the archive.
      read: Its bytes, cut just beyond what a submission may have; raises RefusedError.
      modified: When it was changed, in seconds; only files of one student are compared by it.
      origin: Its whole path, where ``parts`` is a part of it.
    """

    parts: tuple[str, ...]
    read: Callable[[], bytes]
    modified: float = 0.0
    origin: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.parts[-1]

    def shown(self) -> str:
        """Its whole path, plain."""
        return plain("/".join(self.origin or self.parts), 200)

    def below(self, levels: int) -> "File":
        """The same file as seen from a folder further down."""
        return self.under(self.parts[levels:])

    def under(self, parts: tuple[str, ...]) -> "File":
        """The same file under another path."""
        return replace(self, parts=parts, origin=self.origin or self.parts)


@dataclass(frozen=True)
class Tree:
    """A folder's files and its folders.

    Attributes:
      files: Every file below it, in the order of their paths.
      folders: The paths of its folders, empty ones included.
    """

    files: tuple[File, ...]
    folders: frozenset[tuple[str, ...]]

    @property
    def tops(self) -> frozenset[str]:
        """The names of what lies directly in it."""
        return frozenset(path[0] for path in (*self.folders, *(file.parts for file in self.files)))

    @property
    def only_folder(self) -> str | None:
        """The name of the folder that is all there is in it; None if there is something else."""
        tops = self.tops
        return next(iter(tops)) if len(tops) == 1 and all(len(file.parts) > 1 for file in self.files) else None

    def below(self) -> "Tree":
        """The tree of its only folder."""
        return Tree(
            tuple(file.below(1) for file in self.files), frozenset(path[1:] for path in self.folders if len(path) > 1)
        )


def tree(files: Iterable[File], folders: Iterable[tuple[str, ...]]) -> Tree:
    """A tree of files and of folders, in any order; litter is no part of it, the folder that it lies in is."""
    kept, paths = [], set()
    for file in files:
        if not is_litter(file.parts):
            kept.append(file)
        _add(file.parts[:-1], paths)
    for folder in folders:
        _add(folder, paths)
    return Tree(tuple(sorted(kept, key=lambda file: file.parts)), frozenset(paths))


def _add(folder: tuple[str, ...], paths: set[tuple[str, ...]]) -> None:
    for depth in range(1, len(folder) + 1):
        if is_litter(folder[depth - 1 : depth]):
            return
        paths.add(folder[:depth])


def refusal(why: str) -> Callable[[], bytes]:
    """A ``read`` that refuses."""

    def read() -> bytes:
        raise RefusedError(why)

    return read


def is_litter(parts: tuple[str, ...]) -> bool:
    """Whether a path is nobody's work: hidden, or left by a machine."""
    return any(part in _LITTER or part.startswith(".") for part in parts)


def kind(name: str) -> str:
    """What a file is by its name: "program", "notebook", "archive" or "other"."""
    name = name.lower()
    if name.endswith(NOTEBOOKS):
        return "notebook"
    if name.endswith((".py", ".pyw", ".py.txt")):
        return "program"
    return "archive" if name.endswith(".zip") else "other"


def size_cap(name: str) -> int:
    """The largest accepted size in bytes of a file of that name."""
    return {"notebook": NOTEBOOK_CAP, "archive": ARCHIVE_CAP}.get(kind(name), SIZE_CAP)


def in_folder(root: Path) -> Tree:
    """Every file below a folder.

    Raises:
      SubmissionsError: If it cannot be read, or holds too much.
    """
    files: list[File] = []
    folders: list[tuple[str, ...]] = []
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        parts = waiting.pop()
        for file in _listed(root, parts, folders, waiting):
            files.append(file)
            if len(files) > FILES_CAP:
                shown = plain(str(root), 200)
                raise SubmissionsError(f"{shown} holds more than {FILES_CAP} files; name a smaller folder")
    return tree(files, folders)


def _listed(
    root: Path, parts: tuple[str, ...], folders: list[tuple[str, ...]], waiting: list[tuple[str, ...]]
) -> Iterable[File]:
    """The files directly in a folder; notes its folders, and which of them are to be listed."""
    folder = root.joinpath(*parts)
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        if not parts:
            raise SubmissionsError(f"{plain(str(folder), 200)} cannot be read: {error.strerror}") from None
        yield File(parts=parts, read=refusal(f"its folder cannot be read: {error.strerror}"))
        return
    for entry in entries:
        here = (*parts, entry.name)
        if entry.is_symlink():
            yield File(parts=here, read=refusal(LINK))
        elif entry.is_dir(follow_symlinks=False):
            folders.append(here)
            if is_litter((entry.name,)):
                continue
            if len(here) > DEPTH_CAP:
                yield File(parts=here, read=refusal(TOO_DEEP))
            else:
                waiting.append(here)
        elif entry.is_file(follow_symlinks=False):
            modified = entry.stat(follow_symlinks=False).st_mtime
            yield File(parts=here, read=lambda path=folder / entry.name: _read(path), modified=modified)
        else:
            yield File(parts=here, read=refusal(SPECIAL))


def _read(path: Path) -> bytes:
    try:
        # It was a plain file when it was listed; should it have become something else, it is neither followed nor
        # waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise RefusedError(SPECIAL)
            return file.read(size_cap(path.name) + 1)
    except OSError as error:
        raise RefusedError(f"it cannot be read: {error.strerror}") from None
