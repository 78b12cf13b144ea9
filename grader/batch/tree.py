"""What was handed in, as a list of files: the same list whether it lies in a folder or in an archive.

Nothing here opens what a student could have laid as a trap: no link is followed, nothing but plain files is read, and
of each no more than a submission may have.
"""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from grader.submission import size_cap
from grader.text import plain

FILES_CAP = 200_000
DEPTH_CAP = 12
LINK = "it is a link, and no link is followed: it could lead to somebody else's file"
SPECIAL = "it is neither a plain file nor a folder"
# What machines leave beside people's files.
_LITTER = {"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini"}


class SubmissionsError(Exception):
    """There is nothing that could be graded; the message says the rule, the values, and a way out."""


class RefusedError(Exception):
    """One file cannot be read; the message says why, for its student."""


@dataclass(frozen=True, kw_only=True)
class File:
    """One file that was handed in.

    Attributes:
      parts: its path below the folder or in the archive.
      read: its bytes, cut just beyond what a submission may have; raises RefusedError.
      refused: why it will not be read; mostly empty.
      origin: its whole path, where ``parts`` is a part of it.
    """

    parts: tuple[str, ...]
    read: Callable[[], bytes]
    refused: str = ""
    origin: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.parts[-1]

    @property
    def kind(self) -> str:
        """The ending of its name, in small letters, with its dot."""
        return os.path.splitext(self.name)[1].lower()  # noqa: PTH122 - a name, not a path

    def shown(self) -> str:
        """Its whole path, plain."""
        return plain("/".join(self.origin or self.parts), 200)

    def below(self, levels: int) -> "File":
        """The same file as seen from a folder further down."""
        return self.under(self.parts[levels:])

    def under(self, parts: tuple[str, ...]) -> "File":
        """The same file under another path."""
        return replace(self, parts=parts, origin=self.origin or self.parts)


def refusal(why: str) -> Callable[[], bytes]:
    """A ``read`` that refuses."""

    def read() -> bytes:
        raise RefusedError(why)

    return read


def is_litter(parts: tuple[str, ...]) -> bool:
    """Whether a path is nobody's work: hidden, or left by a machine."""
    return any(part in _LITTER or part.startswith(".") for part in parts)


def in_folder(root: Path) -> list[File]:
    """Every file below a folder, in the order of their paths.

    Raises:
      SubmissionsError: if it cannot be read, or holds too much.
    """
    found: list[File] = []
    for file in _walk(root, ()):
        found.append(file)
        if len(found) > FILES_CAP:
            raise SubmissionsError(f"{plain(str(root), 200)} holds more than {FILES_CAP} files; name a smaller folder")
    return sorted(found, key=lambda file: file.parts)


def _walk(folder: Path, parts: tuple[str, ...]) -> Iterator[File]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        why = f"its folder cannot be read: {error.strerror}"
        if not parts:
            raise SubmissionsError(f"{plain(str(folder), 200)} cannot be read: {error.strerror}") from None
        yield File(parts=parts, read=refusal(why), refused=why)
        return
    for entry in entries:
        here = (*parts, entry.name)
        if is_litter(here):
            continue
        if entry.is_symlink():
            yield File(parts=here, read=refusal(LINK), refused=LINK)
        elif entry.is_dir(follow_symlinks=False):
            if len(here) <= DEPTH_CAP:
                yield from _walk(folder / entry.name, here)
        elif entry.is_file(follow_symlinks=False):
            yield File(parts=here, read=lambda path=folder / entry.name: _read(path))
        else:
            yield File(parts=here, read=refusal(SPECIAL), refused=SPECIAL)


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
