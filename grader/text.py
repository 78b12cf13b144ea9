"""Text that came from a submission is hostile: it is made harmless once, where it enters."""

import re

# Everything that a terminal, a browser or a reader may be misled by: control characters except newline and tab,
# marks that reverse the direction of writing, characters without width, halves of surrogate pairs.
_HOSTILE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)


def plain(text: str, limit: int) -> str:
    r"""Returns text with every hostile character written out (``\x1b``), cut to ``limit`` characters.

    Args:
      text: any string, lone surrogates included.
      limit: the most characters to return; a cut is shown as "...".
    """
    shown = _HOSTILE.sub(lambda m: m.group().encode("unicode_escape").decode("ascii"), text[: limit + 1])
    return shown if len(shown) <= limit else shown[: max(limit - 3, 0)] + "..."
