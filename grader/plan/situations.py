"""Situations: what a traced program is evaluated on, beyond the visible cases.

A visible case costs a compilation in the submission's process; a situation costs the judge a millisecond. A situation
is a case, visible or one of the exercise's ``situations``, with some of its traits exchanged for those of other cases:
its number of groups, eps, dtype, parameters, and what is asked of it. Of all that can be made so, a few programs are
chosen such that any two traits meet in one of them, and each meets every distribution and every mask of the exercise: a
program that is right in one branch and wrong in another is caught wherever the branch lies.
"""

import math
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from grader.course import Arguments, Draw, Fixed, Given, Gradient, Made, Reference, Value
from grader.course.loader import Loaded
from grader.plan.cases import Plan, PlannedCase
from grader.plan.draws import HALF, LARGEST_SEED, draw

MOST = 40  # programs that a submission is asked for
MODERATE = (8.0, 1.0)  # mean and standard deviation
# Standard deviations from 0. Half precision still tells values apart there: right programs err by at most 0.1 of what
# is allowed, and a variance that is the difference of two means mostly by many times as much.
FAR = 32.0
GROUPS = ("num_groups", "groups")  # what the sources call the argument

Traits = tuple[tuple[str, Any], ...]
Distribution = tuple[float, float]  # mean and standard deviation
Shape = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How the cases of an exercise fill their inputs: those of one name and shape can take each other's place.

    Attributes:
      drawn: What is drawn, by name.
      made: What makes an input, by its name and shape.
    """

    drawn: Mapping[str, Sequence[Draw]]
    made: Mapping[tuple[str, Shape], Sequence[Made]]


@dataclass(frozen=True, kw_only=True)
class Variations:
    """What the worker is asked to trace, and the situations that the program is evaluated on.

    Attributes:
      index: The visible case that it is a variation of.
      message: What the worker is told: no value of any input.
      situations: The case with other traits and other numbers.
    """

    index: int
    message: dict[str, Any]
    situations: tuple[PlannedCase, ...]

    def inputs(self) -> dict[str, np.ndarray]:
        """The arrays of all situations, one behind the other: for a program that can only be run."""
        given = [planned.message()[1] for planned in self.situations]
        return {name: np.stack([arrays[name] for arrays in given]) for name in given[0]}


def situations(exercise: Loaded, plan: Plan) -> tuple[Variations, ...]:
    """What to trace, at most ``MOST``, and on what to evaluate it."""
    able, ways, reference = _able(exercise, plan), _ways(plan), exercise.spec.reference
    several = [one for one, (_, asked) in able.items() if not _of_one_value(asked, reference)]
    full = [one for one in several if not _is_half(able[one][1])]
    chosen = enumerate(_covering((full, several, able)))
    return tuple(_variations(exercise, *able[found], ways, number) for number, found in chosen)


def all_situations(exercise: Loaded, plan: Plan) -> Iterator[Variations]:
    """All from which ``situations`` chooses; for a proof that it chooses enough."""
    ways = _ways(plan)
    return (_variations(exercise, *one, ways, number) for number, one in enumerate(_able(exercise, plan).values()))


def traits(asked: PlannedCase) -> Traits:
    """What a program can branch on while it is traced."""
    check, channels, groups, shards = asked.case.check, asked.channels, asked.num_groups, asked.case.shards
    shapes = {name: _shape(asked, name) for name in sorted(asked.case.parameters)}
    several = {name: shape for name, shape in shapes.items() if len(shape) > 1}
    return (
        ("gradient", check.of if isinstance(check, Gradient) else ""),
        ("rank", asked.x.ndim),
        ("one sample", asked.x.ndim > 1 and asked.x.shape[0] == 1),
        ("groups", groups if groups == 1 else "channels" if groups == channels else "some"),
        ("dtype", asked.x.dtype.name),
        ("parameters", tuple(shapes)),
        ("an axis as long as there are channels", asked.x.shape.count(channels) > 1),
        *((f"{name}, axes of length one", tuple(n == 1 for n in shape)) for name, shape in several.items()),
        *((f"{name}, all axes alike", len(set(shape)) == 1) for name, shape in several.items()),
        *((f"devices along {name}", count) for name, count in (shards.mesh.items() if shards else ())),
        *((name, value) for name, value in asked.arguments.items() if name not in (*GROUPS, "shards")),
    )


def _shape(asked: PlannedCase, name: str) -> Shape:
    """The shape of a parameter."""
    given = asked.case.parameters[name]
    return asked.parameters[name].shape if isinstance(given, Made) else given.shape


def _able(exercise: Loaded, plan: Plan) -> dict[Traits, tuple[int, PlannedCase]]:
    """What can be made of the cases, one for each set of traits, each with the index of the case that it is told as."""
    found: dict[Traits, PlannedCase] = {}
    training = exercise.spec.entry.kind == "training"  # which is no function of arrays
    given = [] if training else [_drawn_anew(planned) for planned in (*plan.cases, *plan.situations) if _fits(planned)]
    for planned in given:
        for asked in _exchanged(planned, given):
            if asked.num_groups == planned.num_groups or not _of_one_value(asked, exercise.spec.reference):
                found.setdefault(traits(asked), asked)
    drawn = {i: planned for i, planned in enumerate(plan.cases) if _fits(planned) and isinstance(planned.case.x, Draw)}
    own = {i: frozenset(traits(planned)) for i, planned in drawn.items()}
    if not drawn:
        return {}  # nothing says what x may be
    return {held: _told(held, asked, drawn, own) for held, asked in found.items()}


def _told(
    held: Traits, asked: PlannedCase, drawn: Mapping[int, PlannedCase], own: Mapping[int, frozenset[Any]]
) -> tuple[int, PlannedCase]:
    """The index of the visible case that has most traits in common, and the situation under its name."""
    first = [trait for trait in held if trait[0] in ("gradient", "parameters")]
    index = max(drawn, key=lambda i: (len(own[i].intersection(first)), len(own[i].intersection(held))))
    near = drawn[index]
    case = replace(asked.case, name=near.case.name, points=near.case.points, needs=near.case.needs)
    return index, replace(asked, case=case, seed=near.seed, hidden=near.hidden)


def _fits(planned: PlannedCase) -> bool:
    check = planned.case.check
    runs = isinstance(check, Gradient) or (isinstance(check, Value) and check.transform in ("eager", "jit"))
    return runs and isinstance(planned.case.x, Draw | Fixed)


def _drawn_anew(planned: PlannedCase) -> PlannedCase:
    """The case with an x that may have any distribution, and is nowhere constant."""
    x = planned.case.x
    assert isinstance(x, Draw | Fixed)
    return replace(planned, case=replace(planned.case, x=Draw(shape=x.shape, dtype=x.dtype)))


def _is_half(asked: PlannedCase) -> bool:
    return asked.x.dtype.name in HALF


def _of_one_value(asked: PlannedCase, reference: Reference) -> bool:
    """Whether groups have one value each, so that hardly any mistake makes a difference."""
    if reference.sharing is None or asked.num_groups != asked.channels:
        return False
    x = {"x": asked.x.astype(np.float64)}
    sharing = reference.sharing({**x, **reference.parameters(x, asked.arguments)}, asked.arguments)
    return bool(np.bincount(sharing.ravel()).max() == 1)


def _covering(able: Sequence[Collection[Traits]]) -> Iterator[Traits]:
    """A few in which each trait has its turn, then any two that can meet, with and without a gradient; then any three.

    Those that bring most together come first. What is able to tell more comes first: where groups have one value each,
    or half precision allows much, traits are to meet only if they meet nowhere else.
    """
    chosen: list[Traits] = []
    for number in (1, 2, 3):
        for among in able:
            groups = {found: _groups(found, number) for found in among}
            left = frozenset[Any]().union(*groups.values()).difference(*(_groups(one, number) for one in chosen))
            while left and len(chosen) < MOST:
                chosen.append(max(groups, key=lambda one: len(groups[one] & left)))
                left -= groups[chosen[-1]]
    return iter(chosen)


def _groups(found: Traits, number: int) -> frozenset[Any]:
    """Any so many traits, each group with whether a gradient is asked for, and of what."""
    asked, *rest = found
    return frozenset((asked, *few) for few in combinations(rest, number))


def _exchanged(planned: PlannedCase, cases: Sequence[PlannedCase]) -> Iterator[PlannedCase]:
    """The case with its traits and with those of others."""
    for check in _checks(planned, cases):
        for arguments in _arguments(planned, cases):
            for dtype in dict.fromkeys(case.x.dtype.name for case in (planned, *cases)):
                for parameters in _parameters(planned, cases):
                    yield _with(planned, check, arguments, dtype, parameters)


def _checks(planned: PlannedCase, cases: Sequence[PlannedCase]) -> Iterator[Value | Gradient]:
    """The case's own check, and the gradient of x where the exercise asks for one anywhere."""
    check = planned.case.check
    if isinstance(check, Value):
        yield replace(check, untouched=False)  # a program changes nothing in place
    elif isinstance(check, Gradient):
        yield check
    asked = any(isinstance(other.case.check, Gradient) and other.case.check.of == "x" for other in cases)
    if isinstance(check, Value) and asked and not check.flatten:
        yield Gradient(cotangent=Draw(shape=planned.x.shape, dtype=planned.x.dtype.name))


def _arguments(planned: PlannedCase, cases: Sequence[PlannedCase]) -> Iterator[dict[str, Any]]:
    """What the case passes, with the least and the largest eps; and then with one group, and one for each channel."""
    given = {name: planned.arguments[name] for name in planned.case.arguments}
    all_eps = [case.arguments["eps"] for case in cases if "eps" in case.arguments]
    groups = next((name for name in GROUPS if name in planned.arguments), "")
    numbers = [1, planned.channels] if groups and planned.channels else []
    for eps in [{"eps": value} for value in sorted({min(all_eps), max(all_eps)})] if all_eps else [{}]:
        for number in [{}, *({groups: number} for number in numbers)]:
            yield {**given, **eps, **number}


def _parameters(planned: PlannedCase, cases: Sequence[PlannedCase]) -> Iterator[dict[str, Given]]:
    """The case's own parameters; else those that others give, for as many channels."""
    given = dict(planned.case.parameters)
    yield given
    other: dict[str, Given] = {}
    for case in cases:
        for name, value in case.case.parameters.items():
            if isinstance(value, Draw) and value.shape == (planned.channels,):
                other.setdefault(name, value)
    if not given and other:
        yield other


def _ways(plan: Plan) -> Ways:
    """In the order of the cases."""
    drawn: dict[str, list[Draw]] = defaultdict(list)
    made: dict[tuple[str, Shape], list[Made]] = defaultdict(list)
    for planned in filter(_fits, (*plan.cases, *plan.situations)):
        for name, given in {"x": planned.case.x, **planned.case.parameters}.items():
            if isinstance(given, Draw):
                drawn[name].append(given)
            elif isinstance(given, Made):
                made[name, _shape(planned, name)].append(given)
    return Ways(drawn=drawn, made=made)


def _alike(given: Draw | Fixed, drawn: Sequence[Draw], *also: Distribution) -> list[Given]:
    """The input, of every distribution that others of its name have and its dtype can bear."""
    half = given.dtype in HALF
    able = [d for d in drawn if not half or d.dtype == given.dtype or abs(d.mean) <= FAR * d.std]
    found = dict.fromkeys([*((d.mean, d.std) for d in able), *also])
    return [Draw(shape=given.shape, dtype=given.dtype, mean=mean, std=std) for mean, std in found]


def _with(
    planned: PlannedCase, check: Value | Gradient, given: Arguments, dtype: str, parameters: dict[str, Given]
) -> PlannedCase:
    x = planned.case.x
    assert isinstance(x, Draw)
    if isinstance(check, Gradient) and isinstance(check.cotangent, Draw):
        check = replace(check, cotangent=replace(check.cotangent, dtype=dtype))
    case = replace(
        planned.case, check=check, arguments=dict(given), x=replace(x, dtype=dtype), parameters=dict(parameters)
    )
    return replace(planned, case=case, arguments={**planned.arguments, **given}, x=planned.x.astype(np.dtype(dtype)))


def _variations(exercise: Loaded, index: int, asked: PlannedCase, ways: Ways, number: int) -> Variations:
    """Draws the inputs of a program, each time another way of each; the program's number says which meet."""
    beside_eps = [(0.0, 2.0 ** round(math.log2(asked.arguments["eps"]) / 2))] if asked.arguments.get("eps") else []
    assert isinstance(asked.case.x, Draw)
    of_x = _alike(asked.case.x, ways.drawn["x"], MODERATE, *beside_eps, *([(FAR, 1.0)] if _is_half(asked) else []))
    others = {name: _filled(asked, ways, name) for name in asked.case.parameters}
    situations = []
    for n in range(max(len(of_x), *map(len, others.values()), 0)):
        parameters = {name: given[(n + number) % len(given)] for name, given in others.items()}
        case = replace(asked.case, x=of_x[n % len(of_x)], parameters=parameters)
        situations.append(_drawn(exercise, replace(asked, case=case), n))
    body, arrays = situations[0].message()
    forms = {name: [array.dtype.name, list(array.shape)] for name, array in arrays.items()}
    return Variations(index=index, message={"case": body, "forms": forms}, situations=tuple(situations))


def _filled(asked: PlannedCase, ways: Ways, name: str) -> Sequence[Given]:
    """The ways to fill a parameter; its own alone where no other case fills one of its name."""
    given = asked.case.parameters[name]
    if isinstance(given, Made):
        return ways.made[name, _shape(asked, name)]
    return _alike(given, ways.drawn[name]) if name in ways.drawn else [given]


def _drawn(exercise: Loaded, asked: PlannedCase, number: int) -> PlannedCase:
    check, key = asked.case.check, f"{exercise.slug}/{asked.case.name}/situation {number}"

    def drawn(what: Given, name: str) -> np.ndarray:
        seed = zlib.crc32(f"{key}/{asked.seed}".encode()) % LARGEST_SEED if isinstance(what, Made) else asked.seed
        return draw(what, seed=seed, key=f"{key}/{name}")

    return replace(
        asked,
        x=drawn(asked.case.x, "x"),
        parameters={name: drawn(what, name) for name, what in asked.case.parameters.items()},
        cotangent=drawn(check.cotangent, "cotangent") if isinstance(check, Gradient) else None,
    )
