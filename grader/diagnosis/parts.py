"""Which of a case's values are wrong, where some are right: a group, a row, a channel, the large, the negative."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np

from grader.findings.base import Finding
from grader.findings.of_errors import OnlyBeyond, OnlyOne, OnlySign, Part, SomeParts
from grader.judge.comparison import Values

HALF = 2  # bytes
FEWEST = 3  # parts, for one of them to stand out
ENOUGH = 0.1  # of the values are right, so that it means something that they are


def which_values(wrong: tuple[Values, ...]) -> dict[int, Finding]:
    """What can be said in the same words of most wrong cases that are right in parts, by the case's index."""
    partly = [seen for seen in wrong if not seen.wrong.all()]
    if len(partly) * 2 <= len(wrong):
        return {}
    if said := _of_several(wrong):
        return said
    for labels in (_groups, _rows, _channels):
        said = {seen.index: found for seen in partly for found in _one_part(seen, labels)}
        most = Counter(said.values()).most_common(1)
        if most and most[0][1] * 2 > len(partly):
            return {index: found for index, found in said.items() if found == most[0][0]}
    common = by_value(partly)
    return {seen.index: common for seen in partly} if common else {}


def _of_several(wrong: tuple[Values, ...]) -> dict[int, Finding]:
    """Of several arrays that are returned, which are right, where that is the same in every wrong case."""
    verdicts = {seen.index: _by_name(seen) for seen in wrong}
    names = next(iter(verdicts.values()), {})
    right = [name for name in names if not any(found.get(name) for found in verdicts.values())]
    bad = [name for name in names if all(found.get(name) for found in verdicts.values())]
    if not right or len(right) + len(bad) < len(names):
        return {}
    return dict.fromkeys(verdicts, SomeParts(right=tuple(right), wrong=tuple(bad)))


def _by_name(seen: Values) -> dict[str, bool]:
    """Whether each of the arrays that lie end to end is wrong somewhere."""
    if not seen.parts:
        return {}
    ends = np.cumsum([int(np.prod(shape)) for _, shape in seen.parts])
    pieces = np.split(seen.wrong, ends[:-1])
    return {name: bool(piece.any()) for (name, _), piece in zip(seen.parts, pieces, strict=True)}


def _one_part(seen: Values, labelled: Callable[[Values], tuple[Part, np.ndarray] | None]) -> Iterator[Finding]:
    """Whether one part alone is wrong, and mostly so; or one alone is right."""
    found = labelled(seen)
    if found is None:
        return
    name, labels = found
    kinds = list(np.unique(labels))
    wrong = [kind for kind in kinds if seen.wrong[labels == kind].mean() > 1 / 2]
    right = [kind for kind in kinds if not seen.wrong[labels == kind].any()]
    if len(kinds) < FEWEST or len(wrong) + len(right) < len(kinds):
        return
    outcomes: tuple[tuple[Literal["right", "wrong"], list[int]], ...] = (("right", right), ("wrong", wrong))
    for outcome, of_it in outcomes:
        if len(of_it) == 1:
            yield OnlyOne(part=name, at=-1 if of_it[0] == kinds[-1] else int(of_it[0]), outcome=outcome)


def _groups(seen: Values) -> tuple[Part, np.ndarray] | None:
    """The groups of one position."""
    if seen.reference.sharing is None or seen.channel_axis is None:
        return None
    count = len(np.unique(np.moveaxis(seen.sharing, seen.channel_axis, -1)[(0,) * (seen.got.ndim - 1)]))
    # A group of one value is a channel.
    return ("group", seen.sharing % count) if count < seen.got.shape[seen.channel_axis] else None


def _rows(seen: Values) -> tuple[Part, np.ndarray] | None:
    """The first axis."""
    if seen.got.ndim <= 1:
        return None
    return "row", np.broadcast_to(np.arange(seen.got.shape[0]).reshape(-1, *[1] * (seen.got.ndim - 1)), seen.got.shape)


def _channels(seen: Values) -> tuple[Part, np.ndarray] | None:
    return None if seen.channels is None else ("channel", seen.channels)


def by_value(partly: list[Values]) -> Finding | None:
    """Whether it is the outermost values that are wrong in all cases, or those of one sign."""
    # Half precision allows so much that it blurs where wrong begins.
    told = [seen for seen in partly if seen.case.x.dtype.itemsize > HALF] or partly
    expected, allowed, wrong = (
        np.concatenate([array.ravel() for array in arrays])
        for arrays in zip(*((seen.expected, seen.allowed, seen.wrong) for seen in told), strict=True)
    )
    if (~wrong).mean() < ENOUGH:
        return None
    for sign in (1, -1):
        if (sign * expected[wrong]).min() > 0 >= (sign * expected - allowed)[~wrong].max():
            return OnlySign(positive=sign > 0)
    most = float((np.abs(expected) - allowed)[~wrong].max())
    if float(np.abs(expected[wrong]).min()) > most > 0:
        return OnlyBeyond(size=most)
    return None
