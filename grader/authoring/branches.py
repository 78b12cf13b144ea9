"""Mistakes in one branch: would "this mistake only where the trait holds" be caught, for every mistake and every trait?

No program has to run: what an idea answers is known in every situation. A mistake that makes no difference wherever the
trait holds, in all situations that could have been chosen, is no mistake there and is not counted.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.authoring import kill_matrix
from grader.course import Gradient, Misconception, Reference, Value
from grader.course.loader import Loaded
from grader.diagnosis.matching import forms
from grader.judge.comparison import float64_arrays, margins
from grader.judge.judge import simulated
from grader.judge.programs import ROOM, hardest, tells
from grader.judge.tolerance import allowed_error
from grader.plan.cases import Plan, PlannedCase
from grader.plan.situations import Variations, all_situations, situations, traits

Trait = tuple[str, Any]
LEAST = kill_matrix.LEAST["misconception"]


@dataclass(frozen=True, kw_only=True)
class Survivor:
    """A mistake in one branch that nothing catches, though it makes a difference.

    Attributes:
      misconception: its name.
      trait: where it is made: the trait's name and value.
      margin: the largest error that it makes there in any situation that was not chosen, over what is allowed.
    """

    misconception: str
    trait: Trait
    margin: float


@dataclass(frozen=True, kw_only=True)
class Branches:
    """What became of the mistakes in one branch.

    Attributes:
      caught: the number of those that are caught.
      survivors: the others.
    """

    caught: int
    survivors: tuple[Survivor, ...]


@dataclass(eq=False)
class _Situation:
    """A case or a situation, with what each program of an idea is compared with there; worked out once.

    Attributes:
      planned: it.
      room: how many times what is allowed an error must reach to be called wrong.
      digits: whether it looks at how many digits are lost.
    """

    planned: PlannedCase
    room: float = 1.0
    digits: bool = True
    _beside: tuple[np.ndarray, np.ndarray] | None = field(default=None, init=False)

    def error(self, idea: Misconception, reference: Reference) -> float:
        """The largest error that an idea makes, over what it takes to be called wrong; 0 where it makes none."""
        answered = simulated(idea, self.planned, reference)
        if answered is None or (idea.rounding and not self.digits):
            return 0.0
        expected, allowed = self._expected(reference)
        if answered["value"].shape != expected.shape:
            return np.inf
        return float(margins(answered["value"], expected, allowed).max(initial=0.0)) / (
            self.room if idea.rounding else 1
        )

    def _expected(self, reference: Reference) -> tuple[np.ndarray, np.ndarray]:
        if self._beside is None:
            planned, arrays = self.planned, float64_arrays(self.planned, reference)
            asked = planned.case.check.expected(reference) or reference
            expected = asked.value(arrays, planned.arguments)
            allowed = allowed_error(asked, arrays, planned.arguments, planned.x.dtype, expected)
            self._beside = expected, allowed
        return self._beside


def branches(exercise: Loaded, plan: Plan) -> Branches:
    """Tries every mistake under every trait."""
    looked = [_Situation(case) for case in plan.cases if isinstance(case.case.check, Value | Gradient)]
    looked += _situations(situations(exercise, plan), exercise)
    others = list(_situations(all_situations(exercise, plan), exercise))
    known = {trait for one in others for trait in traits(one.planned)}
    caught, survivors = 0, list[Survivor]()
    for idea in exercise.spec.misconceptions:
        if idea.source or not (idea.value or idea.gradient or idea.gradients):
            continue  # what it answers is known only when it is run, or it is no matter of values
        ways = forms(idea, exercise.spec.assemble)
        seen = {trait for one in looked if _error(ways, one, exercise) > 1 for trait in traits(one.planned)}
        caught += len(seen & known)
        missed = dict[Trait, float]()
        for one in others:
            if open_ := set(traits(one.planned)) - seen:
                error = _error(ways, one, exercise)
                missed.update({trait: max(error, missed.get(trait, 0.0)) for trait in open_ if error >= LEAST})
        found = sorted(missed.items(), key=repr)
        survivors += [Survivor(misconception=idea.name, trait=trait, margin=error) for trait, error in found]
    return Branches(caught=caught, survivors=tuple(survivors))


def _situations(programs: Iterable[Variations], exercise: Loaded) -> Iterator[_Situation]:
    """Those in which the judge looks at an answer."""
    for program in programs:
        digits = hardest(program.situations)
        for one in program.situations:
            if tells(one, exercise.spec.reference):
                yield _Situation(one, ROOM, any(one is hard for hard in digits))


def _error(ways: Sequence[Misconception], one: _Situation, exercise: Loaded) -> float:
    """That of the form which is hardest to tell from right."""
    with np.errstate(all="ignore"):
        return min(one.error(way, exercise.spec.reference) for way in ways)
