"""Where a wrong program departs from the right way: its intermediate values against the exercise's landmarks.

A landmark is a value that right programs pass through, such as the mean. It is recognised whatever its shape and
order: both are sorted, so that a mean kept as ``(G, 1)``, repeated for every channel, or taken group by group is the
same mean.
What leads to a landmark is harmless; of what does not, the first step on the way to the output is where the program
departs. It adds to a verdict and never changes one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from grader.course import Reference
from grader.judge.comparison import float64_arrays
from grader.judge.outputs import parts as outputs_of
from grader.plan.cases import PlannedCase
from grader.sandbox.transcript import GIVEN, Step, Traced
from grader.worker.devices import COLLECTIVES

# How near a value must be to a landmark, relative to the landmark's largest: above rounding, below any wrong idea.
NEAR = {2: 3e-2, 4: 3e-5, 8: 1e-6}  # by the bytes of the case's dtype
ROUNDED = 2  # units in the last place of x, which a difference from a large mean cannot but err by
AXES_CAP = 6
HALF = 2  # bytes
# The same numbers, arranged anew or of another dtype.
SAME = ("reshape", "squeeze", "transpose", "broadcast_in_dim", "expand_dims", "pvary", "convert_element_type")
Landmarks = Sequence[tuple[str, np.ndarray]]


@dataclass(frozen=True, kw_only=True)
class Trail:
    """What a program's steps show.

    Attributes:
      right: names of the landmarks that it passes, in the exercise's order.
      missing: the first that never appears; empty if all do.
      line: where the values depart; None where no line can be told.
      caller: the line of the entry that the program was at then; the same where no function stands between.
      unfinished: all is right as far as it goes, and what is still to come never comes.
      rounded: the half precision to which the line rounds what was right; empty where that is not what is wrong.
      aside: the line of the right output, where all is computed and something else returned.
    """

    right: tuple[str, ...]
    missing: str
    line: int | None
    caller: int | None
    unfinished: bool = False
    rounded: str = ""
    aside: int | None = None


def trail(planned: PlannedCase, traced: Traced, reference: Reference) -> Trail | None:
    """Follows a traced case; None where the exercise has no landmarks.

    Args:
      planned: the case.
      traced: the program's steps in it.
      reference: has the landmarks.
    """
    if reference.landmarks is None or not traced.steps:
        return None
    arrays = float64_arrays(planned, reference)
    near = NEAR[np.dtype(reference.inside or planned.x.dtype).itemsize]
    parts = outputs_of(reference, arrays, planned.arguments) or ()
    marks = reference.landmarks(arrays, planned.arguments)
    pieces = reference.pieces(arrays, planned.arguments) if reference.pieces else ()
    returned = [name for name, _ in parts]
    return follow(traced.steps, marks, traced.outputs, near=near, returned=returned, pieces=pieces)


def follow(
    steps: Sequence[Step],
    landmarks: Landmarks,
    outputs: Sequence[int],
    *,
    near: float,
    returned: Sequence[str] = (),
    pieces: Sequence[np.ndarray] = (),
) -> Trail:
    """Compares steps with landmarks.

    Args:
      steps: in the order of the program.
      landmarks: in the order of the right way; the first is what is given, the last the output.
      outputs: indices of the steps that are returned; none if an argument is returned as it came.
      near: how far a value may be from a landmark, relative to the landmark's largest.
      returned: where several arrays are returned, their names in order; a landmark may bear one.
      pieces: as the reference's, where the input is cut over devices.
    """
    names = _named(steps, landmarks, near)
    told = list(dict.fromkeys(name for name, _ in landmarks if name))
    passed = set().union(*names)
    missing = next((name for name in told if name not in passed), "")
    wrong = _departure(steps, names, landmarks, outputs, near, pieces)
    if wrong is None and missing in returned and len(outputs) == len(returned):
        wrong = outputs[returned.index(missing)]  # it is right for something else
    at = wrong if wrong is not None else max(outputs, default=len(steps) - 1)
    return Trail(
        right=tuple(name for name in told if name in passed),
        missing=missing,
        line=next((step.line for step in steps[at:] if step.line), None),
        caller=next((step.caller for step in steps[at:] if step.caller), None),
        unfinished=wrong is None,
        rounded=_rounded(steps, names, wrong),
        aside=None if missing or wrong is None or not told else _aside(steps, names, outputs, told[-1]),
    )


def _named(steps: Sequence[Step], landmarks: Landmarks, near: float) -> list[set[str]]:
    """Which landmarks each step is. Parts of one, such as one group's mean, count where they make up all of it."""
    names: list[set[str]] = [set() for _ in steps]
    rounding = ROUNDED * np.finfo(np.float32).eps * np.abs(landmarks[0][1]).max() if landmarks else 0.0
    for name, landmark in landmarks:
        found = [i for i, step in enumerate(steps) if _is(step.value, landmark, near, rounding)]
        parts = [i for i in found if steps[i].value.size < landmark.size]
        if parts and not _make_up(np.concatenate([steps[i].value.ravel() for i in parts]), landmark, near):
            found = [i for i in found if i not in parts]
        for i in found:
            names[i].add(name)
    return names


def _make_up(parts: np.ndarray, landmark: np.ndarray, near: float) -> bool:
    """Whether each value of a landmark is among those of its parts."""
    return _all_among(landmark.ravel(), np.sort(parts.astype(np.float64)), near * np.abs(landmark).max())


def _rounded(steps: Sequence[Step], names: Sequence[set[str]], wrong: int | None) -> str:
    """The dtype, if the wrong step does no more than round something right to half precision."""
    if wrong is None or steps[wrong].operation != "convert_element_type" or steps[wrong].value.dtype.itemsize > HALF:
        return ""
    right = all(before == GIVEN or names[before] for before in steps[wrong].inputs)
    return steps[wrong].value.dtype.name if right else ""


def _aside(steps: Sequence[Step], names: Sequence[set[str]], outputs: Sequence[int], last: str) -> int | None:
    """The line of the last landmark, if nothing that is returned comes of it."""
    found = [i for i, passed in enumerate(names) if last in passed]
    leads = _ancestors(steps, outputs)
    return None if any(i in leads for i in found) else next((steps[i].line for i in found if steps[i].line), None)


def _departure(
    steps: Sequence[Step],
    names: Sequence[set[str]],
    landmarks: Landmarks,
    outputs: Sequence[int],
    near: float,
    pieces: Sequence[np.ndarray],
) -> int | None:
    """The first step that leads to the output and to nothing right, if there is one."""
    if not outputs:
        return None
    leads = _ancestors(steps, outputs)
    # What is returned counts only as a named landmark: to return what was given is not right.
    returned = _before_arranging(steps, outputs)
    right = [i for i, found in enumerate(names) if found and (i not in returned or found != {""})]
    useful = _ancestors(steps, right + _told_to_others(steps, pieces, near))
    wrong = [i for i in sorted(leads) if i not in useful and steps[i].inputs]  # a constant is no mistake yet
    if not wrong or pieces:  # beside other devices' values an arrangement cannot be tried out
        return wrong[0] if wrong else None
    return _arranged(steps, wrong[0], landmarks, near)


def _told_to_others(steps: Sequence[Step], pieces: Sequence[np.ndarray], near: float) -> list[int]:
    """The steps that are what a device knows of its own piece, and that a collective operation takes or hands on."""
    told = [i for i, step in enumerate(steps) if step.operation.startswith(COLLECTIVES)]
    taken = [given for i in told for given in steps[i].inputs if given != GIVEN]
    passed = {*told, *_before_arranging(steps, taken)}
    return [i for i in passed if any(_is(steps[i].value, piece, near) for piece in pieces)]


def _before_arranging(steps: Sequence[Step], outputs: Sequence[int]) -> set[int]:
    """The steps that are returned, and those of which they are a new arrangement."""
    found: set[int] = set()
    waiting = list(outputs)
    while waiting:
        at = waiting.pop()
        if at in found:
            continue
        found.add(at)
        if steps[at].operation in SAME:
            waiting += [given for given in steps[at].inputs if given != GIVEN]
    return found


def _arranged(steps: Sequence[Step], at: int, landmarks: Landmarks, near: float) -> int:
    """Where a reduction is wrong: the step that arranged what it reduces, if no axes of that would have been right."""
    mean = next((value for name, value in landmarks if name), None)
    if mean is None or not steps[at].operation.startswith(("reduce", "dot_general", "cumsum")):
        return at
    given = landmarks[0][1]
    if abs(mean.mean() - given.mean()) > near * np.abs(given).max():
        return at  # it is weighted: no arrangement alone would have made it right
    is_x = cache(lambda index: _is(steps[index].value, landmarks[0][1], near))  # ways back meet
    chain = []
    for given in steps[at].inputs:
        before: int | None = None if given == GIVEN else given
        while before is not None and is_x(before):
            chain.append(before)
            inputs = steps[before].inputs
            before = inputs[0] if len(inputs) == 1 and inputs[0] != GIVEN else None
    if not chain or _has_groups(steps[chain[0]].value, mean, near):
        return at
    return chain[-1]


def _has_groups(arranged: np.ndarray, mean: np.ndarray, near: float) -> bool:
    """Whether the mean over some of the axes is the right one."""
    axes = range(arranged.ndim)[:AXES_CAP]
    chosen = (c for size in range(1, len(axes) + 1) for c in combinations(axes, size))
    return any(_is(arranged.astype(np.float64).mean(axis=c), mean, near) for c in chosen)


def _ancestors(steps: Sequence[Step], of: Sequence[int]) -> set[int]:
    """The steps given and all that they were computed from."""
    found: set[int] = set()
    waiting = list(of)
    while waiting:
        at = waiting.pop()
        if at not in found and at != GIVEN:
            found.add(at)
            waiting += steps[at].inputs
    return found


def _is(value: np.ndarray, landmark: np.ndarray, near: float, rounding: float = 0.0) -> bool:
    """Whether a value is a landmark, however often repeated, or a part of it such as one group's.

    Order counts only where the shapes are equal.
    """
    if not value.size or not np.isfinite(value).all():
        return False
    allowed = near * np.abs(landmark).max() + (rounding if landmark.size == value.size else 0.0)
    given = value.astype(np.float64)
    if given.shape == landmark.shape:
        return bool(np.all(np.abs(given - landmark) <= allowed))
    given, expected = np.sort(given, axis=None), np.sort(landmark, axis=None)
    if given.size % expected.size == 0:
        return bool(np.all(np.abs(given - np.repeat(expected, given.size // expected.size)) <= allowed))
    if expected.size % given.size:
        return False
    return _all_among(given, expected, allowed)


def _all_among(values: np.ndarray, ordered: np.ndarray, allowed: float) -> bool:
    """Whether each value is near to one of the ordered ones."""
    at = np.clip(np.searchsorted(ordered, values), min(1, ordered.size - 1), ordered.size - 1)
    nearest = np.minimum(np.abs(values - ordered[at]), np.abs(values - ordered[np.maximum(at - 1, 0)]))
    return bool(np.all(nearest <= allowed))
