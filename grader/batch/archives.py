"""Zip archives as lists of files: read in memory, nothing unpacked, nothing believed.

A member that is a trap costs its own student; the archive as a whole is refused only where none of it can be trusted.
"""

import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.batch.tree import FILES_CAP, LINK, SPECIAL, File, RefusedError, SubmissionsError, is_litter, refusal
from grader.submission import size_cap
from grader.text import plain

TOTAL_CAP = 1 << 30  # bytes read from one archive
_ENCRYPTED, _UTF_8 = 0x1, 0x800
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack a chunk to any size
TWICE = "two files of the archive have its name"
CLIMBS = "its path in the archive leads out of it"


@dataclass
class _Budget:
    """What may still be read from an archive."""

    left: int

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise RefusedError(f"more than {TOTAL_CAP >> 20} MiB were read from this archive before it")


def in_archive(path: Path) -> list[File]:
    """Every file in a zip archive, in the order of their paths.

    Raises:
      SubmissionsError: if it is no zip archive, or holds too much.
    """
    shown = plain(str(path), 200)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError) as error:
        why = plain(str(error), 200)
        raise SubmissionsError(
            f"{shown} is no zip archive that can be read ({why}); unpack it and name the folder"
        ) from None
    except OSError as error:
        raise SubmissionsError(f"{shown} cannot be read: {error.strerror}") from None
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > FILES_CAP:
        raise SubmissionsError(f"{shown} holds more than {FILES_CAP} files; unpack it and name a smaller folder")
    budget, files = _Budget(TOTAL_CAP), []
    paths = [_parts(member) for member in members]
    often = Counter(_kept(parts) for parts in paths)
    for member, parts in zip(members, paths, strict=True):
        kept = _kept(parts)
        if not kept or is_litter(kept):
            continue
        why = _refused(member, parts) or (TWICE if often[kept] > 1 else "")
        files.append(File(parts=kept, read=refusal(why) if why else _reader(archive, member, budget), refused=why))
    return sorted(files, key=lambda file: file.parts)


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


def _refused(member: zipfile.ZipInfo, parts: tuple[str, ...]) -> str:
    """Why a member is not read; empty if it may be."""
    kind = stat.S_IFMT(member.external_attr >> 16)
    if ".." in parts or parts[0] == "" or ":" in parts[0]:
        return CLIMBS
    if kind == stat.S_IFLNK:
        return LINK
    if kind not in (0, stat.S_IFREG):
        return SPECIAL
    if member.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if member.compress_type not in _PACKINGS:
        return "it is packed in an unusual way; deflate is the usual one"
    return ""


def _reader(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: _Budget) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with archive.open(member) as file:
                data = file.read(
                    size_cap(member.filename) + 1
                )  # whatever size it claims, no more than that is unpacked
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError):
            raise RefusedError("it is damaged in the archive") from None
        budget.take(len(data))
        return data

    return read
