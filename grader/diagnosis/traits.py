"""In which cases a submission goes wrong: the traits that the wrong ones have in common and the right ones have not."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.course import Value
from grader.diagnosis.evidence import Evidence
from grader.findings.of_errors import RightOnlyWhere, Trait, WrongOnlyWhere
from grader.plan.cases import PlannedCase

LARGE_MEAN = 100.0  # beside the spread
SMALL_SPREAD = 0.1
FEWEST = 2  # cases on either side: some number always sets one case apart
# How a program is run, and in which dtype: one case differs from all others in that, and it is no coincidence.
OF_THE_RUN = ("jit", "vmap", "bfloat16", "float16", "half_precision")
MOST_TOLD = 3  # traits that separate right from wrong equally well


_Candidate = tuple[Trait, Callable[[PlannedCase], bool]]


def _trait(name: str, has: Callable[[PlannedCase], bool]) -> _Candidate:
    return Trait(name=name), has


# In this order: what says most comes first.
_TRAITS: tuple[_Candidate, ...] = (
    _trait("jit", lambda case: isinstance(case.case.check, Value) and case.case.check.transform in ("jit", "stream")),
    _trait("vmap", lambda case: isinstance(case.case.check, Value) and case.case.check.transform == "vmap"),
    _trait("bfloat16", lambda case: case.x.dtype.name == "bfloat16"),
    _trait("float16", lambda case: case.x.dtype.name == "float16"),
    _trait("half_precision", lambda case: case.x.dtype.itemsize == 2),  # bytes
    _trait("large_mean", lambda case: _mean(case) >= LARGE_MEAN * _spread(case) > 0),
    _trait("small_spread", lambda case: 0 < _spread(case) < SMALL_SPREAD),
    _trait("constant_groups", lambda case: _along_last(case) == 0),
    _trait("one_group", lambda case: case.num_groups == 1),
    _trait("one_channel_a_group", lambda case: case.num_groups is not None and case.num_groups == case.channels),
    _trait("one_sample", lambda case: case.x.ndim > 1 and case.x.shape[0] == 1),
    _trait("several_devices", lambda case: _devices(case) > 1),
    _trait("two_devices", lambda case: _devices(case) == 2),  # a number like others
    _trait("two_mesh_axes", lambda case: case.case.shards is not None and len(case.case.shards.mesh) > 1),
    _trait("own_parameters", lambda case: bool(case.parameters)),
)


def which_cases(evidence: Evidence) -> WrongOnlyWhere | RightOnlyWhere | None:
    """What all wrong cases have and no right one has, or the other way round; of whatever kind the cases are."""
    others = [c for c in evidence.others if c.outcome == "wrong" or c.case.case.check.sees_numbers]
    wrong = [seen.case for seen in evidence.wrong] + [failed.case for failed in evidence.failed]
    wrong += [c.case for c in others if c.outcome == "wrong"]
    right = [seen.case for seen in evidence.values if not seen.wrong.any()]
    right += [c.case for c in others if c.outcome == "right"]
    if traits := _setting_apart(wrong, right):
        return WrongOnlyWhere(traits=tuple(traits[:MOST_TOLD]))
    if traits := _setting_apart(right, wrong):
        return RightOnlyWhere(traits=tuple(traits[:MOST_TOLD]))
    return None


def _setting_apart(inside: list[PlannedCase], outside: list[PlannedCase]) -> list[Trait]:
    """What all of the ones have and none of the others; what says more than a number comes before all that does not."""
    if not inside or not outside:
        return []
    several = min(len(inside), len(outside)) >= FEWEST
    for traits in (_TRAITS, _of_rank(inside), _of_arguments(inside)):
        able = [(trait, has) for trait, has in traits if several or trait.name in OF_THE_RUN]
        found = [trait for trait, has in able if all(map(has, inside)) and not any(map(has, outside))]
        if found:
            return found
    return []


def _of_rank(cases: list[PlannedCase]) -> Iterator[_Candidate]:
    ranks = sorted({case.x.ndim for case in cases})
    least, most = ranks[0], ranks[-1]
    if least == most:
        yield Trait(name="rank", number=least), lambda case: case.x.ndim == least
    else:
        yield Trait(name="rank_at_least", number=least), lambda case: case.x.ndim >= least
        yield Trait(name="rank_at_most", number=most), lambda case: case.x.ndim <= most


def _of_arguments(cases: list[PlannedCase]) -> Iterator[_Candidate]:
    given = {name: value for name, value in cases[0].arguments.items() if name != "shards"}
    for name, value in given.items():
        yield Trait(name="default", argument=name), lambda case, n=name: n not in case.case.arguments
        shown = f"{value:g}" if isinstance(value, float) else f"{value}"
        trait = Trait(name="argument", argument=name, value=shown)
        yield trait, lambda case, n=name, v=value: case.arguments[n] == v


def _devices(case: PlannedCase) -> int:
    return case.case.shards.devices if case.case.shards else 1


def _mean(case: PlannedCase) -> float:
    return abs(float(case.x.astype(np.float64).mean()))


def _spread(case: PlannedCase) -> float:
    return float(case.x.astype(np.float64).std())


def _along_last(case: PlannedCase) -> float:
    return float(np.ptp(case.x.astype(np.float64), axis=-1).max()) if case.x.ndim else 1.0
