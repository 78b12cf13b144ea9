"""Text that came from a submission is hostile: it is made harmless once, where it enters."""

import re
import unicodedata

# What a terminal, a browser or a reader may be misled by: control and format characters (escapes, marks that reverse
# the direction of writing, characters without width), line separators, halves of surrogate pairs, what is unassigned.
_HOSTILE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_INVISIBLE = frozenset("\u034f\u115f\u1160\u3164\uffa0")
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_STACKED = 3  # combining marks upon one another that are still a letter of some language


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
