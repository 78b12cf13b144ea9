"""Writing to the user's terminal: width, colour, closed pipes, and paths that cannot be displayed."""

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import click
from rich.console import Console, RenderableType
from rich.text import Text

from grader.text import no_command, plain

NARROWEST = 20  # columns


def write(text: str) -> None:
    """Writes to standard output; a closed pipe does not change the exit code."""
    with _ignoring_closed_pipe():
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def tell(text: str) -> None:
    """Writes to standard error, for everything but the result."""
    click.echo(no_command(text), err=True)


def write_bytes(data: bytes) -> None:
    """Writes bytes to standard output unchanged, whatever the terminal's encoding."""
    with _ignoring_closed_pipe():
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


@contextmanager
def _ignoring_closed_pipe() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def terminal() -> Console:
    """A console without colour in a file, and never too narrow to be read."""
    console = Console(highlight=False)
    return console if console.width >= NARROWEST else Console(highlight=False, width=80)


def errors() -> Console:
    """A console on standard error, for everything but the result."""
    return Console(stderr=True)


def show(*what: RenderableType) -> None:
    """Writes rich's renderables one below the other, without trailing blanks."""
    console = terminal()
    with console.capture() as captured:
        console.print(*what, sep="\n")
    write(no_command("\n".join(line.rstrip(" ") for line in captured.get().splitlines())))


def quoted(path: Path, otherwise: str = "FILE") -> str:
    """A path quoted for a shell, or ``otherwise`` if it has characters that cannot be displayed."""
    text = str(path)
    if plain(text, 10_000) != text or "\n" in text:
        return otherwise
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


def busy(what: str, *, quiet: bool) -> AbstractContextManager[object]:
    """A spinner on standard error, if that is a terminal."""
    return nullcontext() if quiet or not errors().is_terminal else errors().status(Text(what))
