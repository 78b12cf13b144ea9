"""The plan of a run: the exercise's cases with their seeds, arguments and arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.course import Case, Draw, Entry, Given, Gradient, Made
from grader.course.loader import Loaded
from grader.plan.draws import draw

PUBLIC_SEED = 0


@dataclass(frozen=True, kw_only=True)
class PlannedCase:
    """A case made concrete.

    Attributes:
      case: The exercise's case.
      seed: Seed of its arrays.
      hidden: Whether the seed is secret; the worker then does not get it, and the report shows no values.
      arguments: The entry's arguments, cast, or its defaults. Also "shards", if x is sharded.
      x: The input.
      channel_axis: The axis of x that holds the channels; None if there is none.
      cotangent: Weights of the outputs, if the case checks a gradient.
      parameters: Name -> array; empty if the module's own are used.
    """

    case: Case
    seed: int
    hidden: bool
    arguments: dict[str, Any]
    x: np.ndarray
    parameters: dict[str, np.ndarray]
    channel_axis: int | None = -1
    cotangent: np.ndarray | None = None

    def situation(self) -> str:
        """Arguments and inputs in one line of the report: "num_groups=4 eps=0.001  x: float32[3, 16], std 0.0078".

        Of the parameters it names a mask, and what has several axes, such as a kernel.
        """
        arguments = " ".join(f"{name}={_shown(self.arguments[name])}" for name in self.case.arguments)
        x = f"x: {self.x.dtype}{list(self.x.shape)}{_distribution(self.case.x)}{_cut(self.case)}"
        others = (_parameter(name, given, self.parameters[name]) for name, given in self.case.parameters.items())
        return "  ".join(part for part in (arguments, x, *others) if part)

    @property
    def channels(self) -> int | None:
        """The number of channels; None if x has no channel axis."""
        return None if self.channel_axis is None else self.x.shape[self.channel_axis]

    @property
    def num_groups(self) -> int | None:
        """The number of groups; the sources call the argument num_groups or groups."""
        return self.arguments.get("num_groups", self.arguments.get("groups"))

    def message(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """The JSON and the arrays for the worker: what to do, and nothing about the expected result."""
        shards = self.case.shards
        body = {
            "arguments": {name: self.arguments[name] for name in self.case.arguments},
            "seed": PUBLIC_SEED if self.hidden else self.seed,
            "parameters": sorted(self.parameters),
            "shards": None if shards is None else {"mesh": [*shards.mesh.items()], "cut": shards.cut},
            **self.case.check.asked(),
        }
        weights = {} if self.cotangent is None else {"cotangent": self.cotangent}
        return body, {"x": self.x, **self.parameters, **weights}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All cases of one run of an exercise.

    Attributes:
      entry: What the submission must define.
      cases: The cases, in order.
      situations: What a traced program is evaluated on besides.
      seconds: Wall-clock limit, from the submission's first line on.
      forbidden: Functions that the submission may not call.
    """

    entry: Entry
    cases: tuple[PlannedCase, ...]
    situations: tuple[PlannedCase, ...] = ()
    seconds: float
    forbidden: tuple[str, ...]

    @property
    def hidden(self) -> bool:
        """Whether any case is hidden."""
        return any(case.hidden for case in self.cases)


def make_plan(exercise: Loaded, *, seed: int, hidden: bool = False) -> Plan:
    """Draws every case of the exercise from the seed.

    Args:
      exercise: The exercise.
      seed: Seed for the random inputs.
      hidden: Whether the seed is secret. Cases whose expected values depend on it are then hidden, and all others are
        drawn from ``PUBLIC_SEED``.
    """
    secret = [hidden and _depends_on_seed(case) for case in exercise.spec.cases]
    cases = tuple(
        _planned(exercise, case, seed if concealed or not hidden else PUBLIC_SEED, hidden=concealed)
        for case, concealed in zip(exercise.spec.cases, secret, strict=True)
    )
    spec = exercise.spec
    situations = tuple(_planned(exercise, case, seed, hidden=hidden) for case in spec.situations)
    return Plan(entry=spec.entry, cases=cases, situations=situations, seconds=spec.seconds, forbidden=spec.forbidden)


def _depends_on_seed(case: Case) -> bool:
    """Whether the expected values differ from seed to seed."""
    weights = [case.check.cotangent] if isinstance(case.check, Gradient) else []
    drawn = any(isinstance(d, Draw | Made) for d in (case.x, *case.parameters.values(), *weights))
    return drawn and case.check.sees_numbers


def _planned(exercise: Loaded, case: Case, seed: int, *, hidden: bool) -> PlannedCase:
    key, entry = f"{exercise.slug}/{case.name}", exercise.spec.entry
    weights = case.check.cotangent if isinstance(case.check, Gradient) else None
    given = {name: entry.arguments[name](value) for name, value in case.arguments.items()}
    return PlannedCase(
        case=case,
        seed=seed,
        hidden=hidden,
        arguments={**entry.defaults, **given, **({"shards": case.shards} if case.shards else {})},
        x=draw(case.x, seed=seed, key=f"{key}/x"),
        parameters={name: draw(d, seed=seed, key=f"{key}/{name}") for name, d in case.parameters.items()},
        channel_axis=entry.channel_axis,
        cotangent=None if weights is None else draw(weights, seed=seed, key=f"{key}/cotangent"),
    )


def _shown(argument: object) -> str:
    return f"{argument:g}" if isinstance(argument, float) else f"{argument}"


def _cut(case: Case) -> str:
    """The number of devices: ", cut over 4 devices"."""
    devices = case.shards.devices if case.shards else 0
    return f", cut over {devices} device{'s' if devices > 1 else ''}" if devices else ""


def _parameter(name: str, given: Given, array: np.ndarray) -> str:
    if array.dtype == bool:
        return f"{name}: {int(array.sum())} of {array.size} true"
    several = isinstance(given, Draw) and array.ndim > 1
    return f"{name}: {array.dtype}{list(array.shape)}{_distribution(given)}" if several else ""


def _distribution(given: Given) -> str:
    if not isinstance(given, Draw):
        return ""
    parts = [
        f", mean {given.mean:g}" if given.mean else "",
        f", std {given.std:.2g}" if given.std != 1 and not given.same_along else "",
        ", all values of a group equal" if given.same_along else "",
    ]
    return "".join(parts)
