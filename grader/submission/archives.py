"""Zip archives as trees of files: read in memory, nothing unpacked to disk, nothing believed.

A member that is a trap costs its own student; the archive as a whole is refused only where none of it can be trusted.
"""

import os
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from grader.submission.files import (
    FILES_CAP,
    LINK,
    SPECIAL,
    File,
    RefusedError,
    SubmissionsError,
    Tree,
    refusal,
    size_cap,
    tree,
)
from grader.text import plain

_ENCRYPTED, _UTF_8 = 0x1, 0x800
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack a chunk to any size
TWICE = "two files of the archive have its name"
CLIMBS = "its path in the archive leads out of it"
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, ValueError, NotImplementedError)


def in_archive(path: Path) -> Tree:
    """Every file in a zip archive.

    Raises:
      SubmissionsError: If it is no zip archive, or holds too much.
    """
    shown = plain(str(path), 200)
    try:
        return opened(path, most=FILES_CAP)
    except RefusedError as error:
        raise SubmissionsError(f"{shown} cannot be used: {error}; unpack it and name the folder") from None
    except OSError as error:
        raise SubmissionsError(f"{shown} cannot be read: {error.strerror}") from None


def opened(archive: Path | BinaryIO, *, most: int) -> Tree:
    """Every file in a zip archive.

    Args:
      archive: The file.
      most: How many files it may hold.

    Raises:
      RefusedError: If it is no zip archive, or holds too many files.
      OSError: If it cannot be read.
    """
    try:
        whole = zipfile.ZipFile(archive)
    except _BROKEN as error:
        raise RefusedError(f"it is no zip archive that can be read ({plain(str(error), 200)})") from None
    members = whole.infolist()
    if len(members) > most:
        raise RefusedError(f"it holds more than {most} files")
    found, folders = [], []
    paths = [_parts(member) for member in members]
    often = Counter(_kept(parts) for parts in paths)
    for member, parts in zip(members, paths, strict=True):
        kept = _kept(parts)
        if not kept:
            continue
        if member.is_dir():
            folders.append(kept)
            continue
        why = _refused(member, parts) or (TWICE if often[kept] > 1 else "")
        read = refusal(why) if why else _reader(whole, member)
        found.append(File(parts=kept, read=read, modified=_modified(member)))
    return tree(found, folders)


def _parts(member: zipfile.ZipInfo) -> tuple[str, ...]:
    """The member's path as it is meant; Windows' separators, and UTF-8 that does not say so, included."""
    name = member.filename
    if not member.flag_bits & _UTF_8:
        with suppress(UnicodeError):  # else it is what zip's first encoding says
            name = name.encode("cp437").decode("utf-8")
    return tuple(name.replace("\\", "/").split("/"))


def _kept(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The path without what leads nowhere."""
    return tuple(part for part in parts if part not in ("", ".", ".."))


def _modified(member: zipfile.ZipInfo) -> float:
    """When a member was changed, in the time of whoever packed it."""
    try:
        return datetime(*member.date_time, tzinfo=UTC).timestamp()
    except ValueError:  # such as the 0th of a month
        return 0.0


def _refused(member: zipfile.ZipInfo, parts: tuple[str, ...]) -> str:
    """Why a member is not read; empty if it may be."""
    mode = stat.S_IFMT(member.external_attr >> 16)
    if ".." in parts or parts[0] == "" or ":" in parts[0]:
        return CLIMBS
    if mode == stat.S_IFLNK:
        return LINK
    if mode not in (0, stat.S_IFREG):
        return SPECIAL
    if member.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if member.compress_type not in _PACKINGS:
        return "it is packed in an unusual way; deflate is the usual one"
    return ""


def _reader(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with archive.open(member) as file:  # whatever size it claims, no more than may be is unpacked
                return file.read(size_cap(os.path.basename(member.filename)) + 1)
        except (*_BROKEN, OSError, RuntimeError):
            raise RefusedError("it is damaged in the archive") from None

    return read
