"""HTML that cannot be forgotten to be escaped: text goes in as text, and comes out as markup only from here."""

import html
import re
from collections.abc import Iterator

from grader.text import plain

LONGEST = 4000  # characters of one text; whoever writes more has nothing to say to a reader
_VOID = {"img", "rect", "wbr"}
_HARMLESS = re.compile(r"[ -~\n\t]*")


class Markup(str):
    """Text in which every character that means something to a browser is meant."""

    __slots__ = ()


Child = str | float | None


def element(name: str, *children: Child, **attributes: str | int | bool | None) -> Markup:
    """An element.

    Args:
      name: of the element; ours, never from data.
      children: markup as it is, other text escaped; None is nothing.
      attributes: with "_" for "-" and one at the end taken away ("class_"); True stands without a value, None and
        False are left out.
    """
    given = "".join(_attributes(attributes))
    inner = joined(*children)
    return Markup(f"<{name}{given}/>" if name in _VOID and not inner else f"<{name}{given}>{inner}</{name}>")


def joined(*children: Child) -> Markup:
    """Children one after another, without an element around them."""
    return Markup("".join(child if isinstance(child, Markup) else html.escape(str(child)) for child in _some(children)))


def cleaned(text: str, limit: int = LONGEST) -> str:
    """Text that may come from a submission, with what misleads a reader written out; also where it was done before."""
    return text if len(text) <= limit and _HARMLESS.fullmatch(text) else plain(text, limit)


def _some(children: tuple[Child, ...]) -> Iterator[str | float]:
    return (child for child in children if child is not None)


def _attributes(given: dict[str, str | int | bool | None]) -> Iterator[str]:
    for name, value in given.items():
        shown = name.rstrip("_").replace("_", "-")
        if value is True:
            yield f" {shown}"
        elif value is not None and value is not False:
            yield f' {shown}="{html.escape(str(value))}"'
