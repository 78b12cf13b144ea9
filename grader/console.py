"""Writing to the user's terminal: width, colour, a reader that has gone away, paths that cannot be shown."""

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from rich.console import Console, RenderableType
from rich.text import Text

from grader.text import plain

NARROWEST = 20  # columns


def write(text: str) -> None:
    """Writes to standard output; a reader who has gone away changes no exit code."""
    with _until_nobody_reads():
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def write_bytes(data: bytes) -> None:
    """Writes to standard output as it is, whatever the terminal's encoding."""
    with _until_nobody_reads():
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


@contextmanager
def _until_nobody_reads() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def terminal() -> Console:
    """A console that does without colour in a file, and is never too narrow to show anything."""
    console = Console(highlight=False)
    return console if console.width >= NARROWEST else Console(highlight=False, width=80)


def errors() -> Console:
    """A console on standard error, for what is not the answer."""
    return Console(stderr=True)


def show(*what: RenderableType) -> None:
    """Writes what rich can render, a line each, without blanks at the ends."""
    console = terminal()
    with console.capture() as captured:
        console.print(*what, sep="\n")
    write("\n".join(line.rstrip(" ") for line in captured.get().splitlines()))


def quoted(path: Path, otherwise: str = "FILE") -> str:
    """A path as it can be pasted into a shell, or another word where it has characters that cannot be shown."""
    text = str(path)
    if plain(text, 10_000) != text or "\n" in text:
        return otherwise
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


def busy(what: str, *, quiet: bool) -> AbstractContextManager[object]:
    """A spinner on standard error, where that is a terminal."""
    return nullcontext() if quiet or not errors().is_terminal else errors().status(Text(what))
