"""Text made harmless for whoever reads a format: spreadsheets, XML, HTML, Markdown, GitHub's runner.

All of it is made plain first (``grader.text``), also where it was plain already: a format that can be trusted only
where somebody else was careful is not to be trusted.
"""

import html
import re

from grader.text import plain

CELL_CAP = 30_000  # characters; a spreadsheet's cell holds 32,767
TEXT_CAP = 20_000
COMMAND_CAP = 4_000
# A cell that begins so is computed; and it may begin after ";", where a spreadsheet is set to another separator.
_FORMULA = re.compile(r"(^|;)([\s\"']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&:@$=])")
_FENCE = re.compile("`{3,}")


def one_line(text: str, limit: int) -> str:
    """Plain text in one line."""
    return " ".join(plain(text, limit).split())


def cell(text: str) -> str:
    """Text for a cell of a table that a spreadsheet may open: one line, and never a formula."""
    return _FORMULA.sub(r"\1'\2", one_line(text, CELL_CAP))


def xml(text: str) -> str:
    """Text that XML 1.0 allows; what markup means in it is for the XML library to escape."""
    return plain(text, TEXT_CAP)


def web(text: str) -> str:
    """Text as HTML, a break a line."""
    return html.escape(plain(text, TEXT_CAP)).replace("\n", "<br>")


def markdown(text: str, limit: int = 500) -> str:
    """Text as one line of Markdown, also in a table: no mark of it means anything."""
    return _MARKDOWN.sub(r"\\\1", one_line(text, limit))


def markdown_block(text: str) -> str:
    """Text as it is, in a fence that nothing in it can close."""
    shown = plain(text, TEXT_CAP)
    fence = "`" * (1 + max((len(found) for found in _FENCE.findall(shown)), default=2))
    return f"{fence}text\n{shown}\n{fence}"


def github_message(text: str) -> str:
    """Text as the message of a workflow command."""
    return plain(text, COMMAND_CAP).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def github_property(text: str) -> str:
    """Text as a property of a workflow command."""
    return github_message(text).replace(":", "%3A").replace(",", "%2C")


def within(text: str, size: int, told: str) -> str:
    """Text of at most so many bytes; if lines have to go, the last is ``told``."""
    if len(text.encode()) <= size:
        return text
    room = size - len(told.encode()) - 2
    kept = text.encode()[:room].decode(errors="ignore")
    return f"{kept[: kept.rfind(chr(10)) + 1]}\n{told}\n"
