"""How every command writes a report in a format: to standard output, or to a file as a whole."""

import io
import os
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from grader import console
from grader.reports import one
from grader.text import plain

FOR_PEOPLE = ("terminal", "table", "github")  # a terminal may show them in its own encoding
WIDTH = 100  # columns, in a file

format_option = click.option(
    "--format", "name", type=click.Choice(one.NAMES), default="terminal", show_default=True, help="How to tell it."
)
out_option = click.option("--out", type=Path, metavar="FILE", help="Write to FILE, which is replaced as a whole.")


def asks_for_json(arguments: Sequence[str]) -> bool:
    """Whether a command is to answer as JSON, whatever happens: read before click has looked at it."""
    pairs = zip(arguments, [*arguments[1:], ""], strict=True)
    return list(arguments[:1]) == ["check"] and any(
        word == "--format=json" or (word, following) == ("--format", "json") for word, following in pairs
    )


def console_for(out: Path | None) -> Console:
    """The terminal's, or one without colour for a file."""
    return Console(file=io.StringIO(), width=WIDTH, highlight=False, color_system=None) if out else console.terminal()


def write(name: str, text: str, out: Path | None) -> None:
    """Writes a format, with a line end last; nothing stays nothing.

    Args:
      name: of the format.
      text: in it.
      out: the file; None for standard output.

    Raises:
      UsageError: if the file cannot be written.
    """
    if out is None and name in FOR_PEOPLE:
        console.write(text.removesuffix("\n"))
    else:
        deliver((text if text.endswith("\n") or not text else f"{text}\n").encode(), out)


def deliver(data: bytes, out: Path | None) -> None:
    """Writes bytes to standard output, or to a file that holds all of them or what it held before.

    Raises:
      UsageError: if the file cannot be written.
    """
    if out is None:
        console.write_bytes(data)
        return
    try:
        if out.exists() and not out.is_file():  # such as a pipe
            out.write_bytes(data)
        else:
            _replace(out, data)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise click.UsageError(f"--out {plain(str(out), 200)} cannot be written: {reason}") from None


def _replace(out: Path, data: bytes) -> None:
    new = out.with_name(f".{out.name[:200]}.{os.getpid()}")
    try:
        new.write_bytes(data)
        new.replace(out)
    finally:
        new.unlink(missing_ok=True)
