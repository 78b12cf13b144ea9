"""What changed since the last run, for a person at a terminal: what broke comes first."""

from collections.abc import Iterator, Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.learner.change import Change

WRONG, RIGHT, SKIPPED = "bold red", "green", "yellow"


def render(change: Change, titles: Mapping[str, str]) -> RenderableType:
    """Renders a change.

    Args:
      change: what to show.
      titles: of the misconceptions, by name.
    """
    rows = Table.grid(padding=(0, 2))
    rows.add_column(no_wrap=True)
    rows.add_column(ratio=1)
    for word, style, text in (*_turned(change), *_mistake(change, titles)):
        rows.add_row(Text(f"  {word}", style=style), Text(text))
    return Group(Text(_points(change), style="bold"), rows)


def in_short(change: Change) -> str:
    """The change in one line."""
    counted = {"turned WRONG": change.turned_wrong, "out of reach": change.out_of_reach}
    counted["turned right"] = change.turned_right
    told = ", ".join(f"{len(cases)} {word}" for word, cases in counted.items() if cases)
    return f"{told or 'no case changed'}; {_points(change)}"


def _points(change: Change) -> str:
    before, after = (f"{score:g}" for score in change.score)
    moved = after if before == after else f"{before} -> {after}"
    return f"{moved} of {change.max_score:g} points"


def _turned(change: Change) -> Iterator[tuple[str, str, str]]:
    """Rows of word, style and text."""
    was_rejected, is_rejected = change.rejected
    if is_rejected and not was_rejected:
        yield "turned WRONG", WRONG, "every case: the file as a whole fails, as said below"
    elif change.turned_wrong:
        yield "turned WRONG", WRONG, ", ".join(change.turned_wrong)
    if change.out_of_reach:
        yield "out of reach", SKIPPED, ", ".join(change.out_of_reach)
    if change.turned_right:
        yield "turned right", RIGHT, ", ".join(change.turned_right)
    if was_rejected and not is_rejected and not change.turned_right:
        yield "it runs now", RIGHT, "and the cases are reached"
    if was_rejected == is_rejected and not (change.turned_wrong or change.out_of_reach or change.turned_right):
        same = "no case is reached, as before" if is_rejected else "every case ends as it did"
        yield "no change", "dim", "the text is the same as before" if change.same_text else same


def _mistake(change: Change, titles: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    before, after = (_named(names, titles) for names in change.mistakes)
    if before == after:
        if after:
            yield "the mistake", "", f"is the same: {after}"
    elif not after:
        if not change.rejected[1]:  # of a file that fails as a whole nothing is known
            yield "the mistake", "", f"is no longer seen: {before}"
    elif not before:
        yield "the mistake", "", f"has a name now: {after}"
    else:
        yield "the mistake", "", f"was: {before}; is now: {after}"


def _named(names: tuple[str, ...], titles: Mapping[str, str]) -> str:
    return " and ".join(titles.get(name, name) for name in names)
