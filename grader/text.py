"""Text that came from a submission is hostile: it is made harmless once, where it enters."""

import re
import unicodedata

# Characters that can mislead a terminal, a browser or a reader: control and format characters (escapes, marks that
# reverse the direction of writing, characters without width), line separators, lone surrogates, unassigned characters.
_HOSTILE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_INVISIBLE = frozenset("\u034f\u115f\u1160\u3164\uffa0")
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# GitHub's runner obeys a line of a step's output that begins so, blanks aside, and one that holds the other anywhere.
# https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
_COMMAND = re.compile(r"((?:\A|(?<=[\r\n]))[^\S\r\n]*):(?=:)|(?<=#)#(?=\[)")
_STACKED = 3  # the most combining marks that a letter of some language has


def plain(text: str, limit: int) -> str:
    r"""Returns text with every hostile character written out (``\x1b``), cut to ``limit`` characters.

    Args:
      text: any string, lone surrogates included.
      limit: the most characters to return; a cut is shown as "...".
    """
    shown, stacked, length = [], 0, 0
    for character in text[: limit + 1]:
        stacked = stacked + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        shown.append(_written_out(character) if _is_hostile(character) or stacked > _STACKED else character)
        length += len(shown[-1])
        if length > limit:
            break
    joined = "".join(shown)
    return joined if len(joined) <= limit else joined[: max(limit - 3, 0)] + "..."


def _is_hostile(character: str) -> bool:
    if character in "\n\t":
        return False
    return (
        unicodedata.category(character) in _HOSTILE
        or character in _INVISIBLE
        or _VARIATION.match(character) is not None
    )


def _written_out(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def no_command(text: str) -> str:
    r"""Returns finished output, as wide as it was, with no command to GitHub's runner in it: ``\:error::``.

    Output is to be finished, because a line that is wrapped may begin anew with any of its words.
    """
    return _COMMAND.sub(lambda found: f"{found[1] or ''}\\", text)


def copied(message: str) -> str:
    """What to do about a character that Python's parser refuses by its number, U+201C; empty for other messages."""
    refused = message.startswith("invalid ") and "U+" in message
    return "; such a character usually comes from a document or a web page: type it again" if refused else ""
