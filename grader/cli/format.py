"""Writing a report in a format, to standard output or atomically to a file; and what a failed command prints."""

import io
import os
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from grader.cli import console
from grader.report import Report, refused
from grader.reports import one
from grader.reports.as_json import render
from grader.text import plain

FOR_PEOPLE = ("terminal", "table", "github")  # written in the terminal's own encoding
WIDTH = 100  # columns, in a file

format_option = click.option(
    "--format", "name", type=click.Choice(one.NAMES), default="terminal", show_default=True, help="Output format."
)
out_option = click.option(
    "--out", type=Path, metavar="PATH", help="Write the report to PATH; a file there is replaced atomically."
)


def asks_for_json(arguments: Sequence[str]) -> bool:
    """Whether even misuse must be reported as JSON; decided before click has parsed the arguments."""
    words = [word for word in arguments if word != "--debug"]
    pairs = zip(words, [*words[1:], ""], strict=False)
    return words[:1] == ["check"] and any(
        word == "--format=json" or (word, following) == ("--format", "json") for word, following in pairs
    )


def write_failure(kind: str, message: str, code: int, *, as_json: bool) -> int:
    """Reports why there is no verdict, on standard error or as one JSON object.

    Args:
      kind: One word for the failure.
      message: The sentence for the user.
      code: The exit code.
      as_json: Whether to write JSON, to standard output.

    Returns:
      The exit code.
    """
    if as_json:
        error = refused(kind, plain(message, 1000))
        console.write(render(Report(exercise="", cases=(), seed=None, seconds=0.0, error=error, fault=True)))
    else:
        console.tell(message)
    return code


def console_for(out: Path | None) -> Console:
    """The terminal's console, or one without colour for a file."""
    return Console(file=io.StringIO(), width=WIDTH, highlight=False, color_system=None) if out else console.terminal()


def write(name: str, text: str, out: Path | None) -> None:
    """Writes a report, ending with a newline unless it is empty.

    Args:
      name: The format.
      text: The report in that format.
      out: The file; None for standard output.

    Raises:
      UsageError: If the file cannot be written.
    """
    if out is None and name in FOR_PEOPLE:
        console.write(text.removesuffix("\n"))
    else:
        deliver((text if text.endswith("\n") or not text else f"{text}\n").encode(), out)


def deliver(data: bytes, out: Path | None) -> None:
    """Writes bytes to standard output, or atomically to a file.

    Raises:
      UsageError: If the file cannot be written.
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
