"""One class graded in several places: which students a shard has, and the secret that all shards share."""

import hashlib
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.gradebook import GradebookError
from grader.text import plain


@dataclass(frozen=True)
class Shard:
    """The ``number``-th of ``count`` parts of a class.

    A student's part follows from the identifier alone: that somebody hands in late moves nobody else.
    """

    number: int = 1
    count: int = 1

    @classmethod
    def parsed(cls, text: str) -> "Shard":
        """Reads "2/8".

        Raises:
          ValueError: if it is no such thing.
        """
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
        number, count = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 1 <= number <= count:
            raise ValueError(f"a shard is written i/n, with i from 1 to n, such as 2/8; {plain(text, 40)!r} is not")
        return cls(number, count)

    def holds(self, student: str) -> bool:
        """Whether a student is in it."""
        digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.number - 1


def secret_in(path: Path) -> str:
    """The secret in a file, which is made where there is none, for its owner alone; whoever comes first makes it.

    Raises:
      GradebookError: if something else is in it, or it can be neither read nor made.
    """
    shown = plain(str(path), 200)
    try:
        if not path.exists():
            _make(path)
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise GradebookError(f"{shown} cannot serve as the secret file: {reason}") from None
    if not re.fullmatch("[0-9a-f]{64}", text):
        raise GradebookError(f"{shown} must hold a secret of 64 hexadecimal digits; name a new file, and it is made")
    return text


def _make(path: Path) -> None:
    """Makes the file whole or not at all, though other shards may be doing the same."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
        with suppress(FileExistsError):  # another was first
            path.hardlink_to(new)
    finally:
        new.unlink()
