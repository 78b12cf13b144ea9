"""The parameters after initialisation: names, then shapes, then dtypes, then values."""

import numpy as np

from grader.course import Arrays, Misconception, Reference
from grader.findings.of_case import MadeParameter, WrongDtype, WrongParameters, WrongShape, WrongStart
from grader.judge.checks.value import its_arguments
from grader.judge.comparison import FLOATS, Judged, wrong
from grader.plan.cases import PlannedCase
from grader.sandbox.transcript import Answer

INSTEAD = ("variable", "array", "late")  # what an NNX module has in place of parameters; see ``nnx_modules.made``
SHOWN = 8  # names


def judged(index: int, case: PlannedCase, reference: Reference, answer: Answer) -> Judged:
    """The verdict on the parameters that were made."""
    expected = reference.parameters({"x": case.x.astype(np.float64)}, case.arguments)
    found = made(answer.arrays)
    want = {f"params/{name}": array for name, array in expected.items()}
    if set(found) != set(want):
        names = tuple(sorted(_parameter(name).name for name in want)[:SHOWN])
        got = sorted((_parameter(name) for name in found), key=lambda p: (p.name, p.instead))[:SHOWN]
        return wrong(WrongParameters(expected=names, got=tuple(got)))
    for name, array in want.items():
        short, got = name.removeprefix("params/"), found[name]
        if got.shape != array.shape:
            return wrong(WrongShape(what=short, expected=array.shape, got=got.shape))
        if got.dtype.name not in FLOATS:
            return wrong(WrongDtype(what=short, got=got.dtype.name))
        differing = got.astype(np.float64) != array
        if differing.any():
            value = float(got.astype(np.float64)[differing][0])
            return wrong(WrongStart(name=short, expected=float(array.flat[0]), got=value))
    return Judged(outcome="right")


def simulated(idea: Misconception, case: PlannedCase, reference: Reference) -> Arrays:
    """The parameters that a program with a wrong idea makes."""
    return {f"params/{name}": array for name, array in initialised(idea, case, reference).items()}


def initialised(idea: Misconception, case: PlannedCase, reference: Reference) -> dict[str, np.ndarray]:
    """The same, by the names that the reference gives them."""
    arrays = {"x": case.x.astype(np.float64)}
    return (idea.parameters or reference.parameters)(arrays, its_arguments(idea, case))


def made(answered: Arrays) -> Arrays:
    """Of an answer, the parameters."""
    return {name: array for name, array in answered.items() if name != "value"}


def _parameter(name: str) -> MadeParameter:
    """A parameter's name; with what it is, where it is another thing that stands in place of one."""
    kind, _, short = name.partition("/")
    if short and kind in INSTEAD:
        return MadeParameter(name=short, instead=kind)
    return MadeParameter(name=name.removeprefix("params/"))
