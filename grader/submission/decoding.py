"""A file's bytes as text, in whatever encoding Python or an editor has written it; or what the file is instead."""

import codecs
import io
import re
import tokenize

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NUMBERED = re.compile(r"\s{0,8}(\d{1,4})[:.|]?(?:\s|$)")
_ESCAPES = rb"\x41 \u0041 +AEE-"  # what some codecs read as other characters: a program could hide in a comment
SNIFFED = 4096  # bytes that tell what a file is


class NotAProgramError(Exception):
    """The file is no Python text. ``kind`` names the reason in one word."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def decoded(data: bytes) -> str:
    """The text of a Python file, with newlines between lines whatever the file has.

    UTF-8 and UTF-16, with and without a byte order mark, and what the file's first two lines declare (PEP 263).

    Raises:
      NotAProgramError: If it is something else; the message says what, and how to save it.
    """
    if what := _document(data):
        raise NotAProgramError("encoding", what)
    text = io.IncrementalNewlineDecoder(None, translate=True).decode(_text(data), final=True)
    if "\0" in text:
        at = text[: text.index("\0")].count("\n") + 1
        raise NotAProgramError(
            "null_bytes", f"the file has a null byte in line {at}; it is not a text file; save it as plain text"
        )
    if what := _no_python(text):
        raise NotAProgramError("encoding", what)
    return text


def looks_like_notebook(data: bytes) -> bool:
    """Whether the bytes are a notebook's, whatever the file is called."""
    head = data[:SNIFFED].lstrip(codecs.BOM_UTF8).lstrip()
    return head[:1] == b"{" and (b'"cells"' in data or b'"worksheets"' in data) and b'"nbformat"' in data


def _text(data: bytes) -> str:
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), None) or _utf16(data) or _declared(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        at = data[: error.start].count(b"\n") + 1
        named = "UTF-8" if encoding.startswith("utf-8") else encoding
        raise NotAProgramError("encoding", f"line {at} is not {named} text; save the file in UTF-8 encoding") from None


def _utf16(data: bytes) -> str | None:
    """UTF-16 without a byte order mark: every other byte of a program in it is null."""
    head = data[:SNIFFED]
    if len(data) % 2 or len(head) < 4:
        return None
    even, odd = head[0::2].count(0) / len(head[0::2]), head[1::2].count(0) / len(head[1::2])
    if max(even, odd) < 0.8 or min(even, odd) > 0.1:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _declared(data: bytes) -> str:
    """The encoding that the first two lines declare, or else UTF-8."""
    try:
        encoding, _ = tokenize.detect_encoding(
            io.BytesIO(b"".join(data[:SNIFFED].splitlines(keepends=True)[:2])).readline
        )
    except SyntaxError:  # unknown, or not UTF-8 within the two lines
        return "utf-8"
    return encoding if _shows_what_it_says(encoding) else "utf-8"


def _shows_what_it_says(name: str) -> bool:
    """Whether an encoding's ASCII characters are those that an editor shows."""
    try:
        return codecs.lookup(name)._is_text_encoding and _ESCAPES.decode(name) == _ESCAPES.decode("ascii")
    except (LookupError, UnicodeError):
        return False


def _document(data: bytes) -> str | None:
    """What a file is that begins like this, if it is a document and no text."""
    head = data[:SNIFFED]
    if head.startswith(b"PK\x03\x04"):
        return (
            "this is a zip archive or an Office document (.docx, .xlsx); hand in the program as a plain text file that "
            "ends in .py, or the notebook"
        )
    if head.lstrip().startswith(b"{\\rtf"):
        return (
            "this is an RTF document; save it as plain text (in TextEdit: Format, Make Plain Text), with a name that "
            "ends in .py"
        )
    if head.startswith(b"%PDF"):
        return "this is a PDF; hand in the .py file or the notebook that it was made from"
    if re.match(rb"\s*(?:<!doctype html|<html|<\?xml)", head.removeprefix(codecs.BOM_UTF8), re.IGNORECASE):
        return "this is a web page; download the file itself (on GitHub: Raw, or the download button) and hand that in"
    return None


def _no_python(text: str) -> str | None:
    """What a text is that cannot be a program as it stands."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if lines and lines[0][1].lstrip().startswith("```"):
        return f"line {lines[0][0]} begins with ```, as in Markdown; keep only the program between the lines with ```"
    numbers = [int(found[1]) for _, line in lines if (found := _NUMBERED.match(line))]
    if len(lines) > 3 and len(numbers) == len(lines) and numbers == sorted(set(numbers)):
        return "every line begins with a line number, as in text copied from a PDF or a page; delete the numbers"
    return None
