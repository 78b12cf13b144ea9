"""What will be asked of a submission: the exercise's cases with their seed, arguments and arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from exercises.loader import Loaded
from exercises.spec import Accuracy, Case, Check, Draw, Entry, Gradient, Made, Raises, Residuals, Sent, Value
from grader.draws import draw

PUBLIC_SEED = 0


@dataclass(frozen=True, kw_only=True)
class PlannedCase:
    """A case made concrete.

    Attributes:
      case: the exercise's case.
      seed: what its arrays were drawn from.
      hidden: whether that seed is secret; then the worker is not told, and the report shows no values.
      arguments: the entry's arguments, cast; its defaults where the case gives none. And "shards", if x is cut.
      x: the input.
      channel_axis: which axis of x holds the channels; None where there are none.
      cotangent: weights of the outputs, where the gradient is asked for.
      parameters: name -> array; empty where the module's own are used.
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
        """Arguments and input in one line, for the report: "num_groups=4 eps=0.001  x: float32[3, 16], std 0.0078"."""
        arguments = " ".join(f"{name}={_shown(self.arguments[name])}" for name in self.case.arguments)
        x = f"x: {self.x.dtype}{list(self.x.shape)}{_distribution(self.case)}{_cut(self.case)}"
        return f"{arguments}  {x}" if arguments else x

    @property
    def channels(self) -> int | None:
        """How many there are."""
        return None if self.channel_axis is None else self.x.shape[self.channel_axis]

    @property
    def num_groups(self) -> int | None:
        """How many groups are asked for; sources call them so, or groups."""
        return self.arguments.get("num_groups", self.arguments.get("groups"))

    def message(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """The JSON and the arrays that cross to the worker: what to do, and nothing about what is expected."""
        check, shards = self.case.check, self.case.shards
        body = {
            "arguments": {name: self.arguments[name] for name in self.case.arguments},
            "seed": PUBLIC_SEED if self.hidden else self.seed,
            "transform": _transform(check),
            "parameters": sorted(self.parameters),
            "alone": check.alone if isinstance(check, Accuracy) else 0,
            "untouched": isinstance(check, Value) and check.untouched,
            "of": check.of if isinstance(check, Gradient) else "x",
            "shards": None if shards is None else {"mesh": [*shards.mesh.items()], "cut": shards.cut},
        }
        weights = {} if self.cotangent is None else {"cotangent": self.cotangent}
        return body, {"x": self.x, **self.parameters, **weights}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All cases of one run of an exercise.

    Attributes:
      entry: what the submission must define.
      cases: in order.
      seconds: wall-clock limit once the submission's first line runs.
      forbidden: what the submission may not call.
    """

    entry: Entry
    cases: tuple[PlannedCase, ...]
    seconds: float
    forbidden: tuple[str, ...]

    @property
    def hidden(self) -> bool:
        """Whether any case is."""
        return any(case.hidden for case in self.cases)


def make_plan(exercise: Loaded, *, seed: int, hidden: bool = False) -> Plan:
    """Draws every case of the exercise from the seed.

    Args:
      exercise: the exercise.
      seed: reproduces every input.
      hidden: the seed is secret. Cases whose values depend on it are hidden; the others are drawn from ``PUBLIC_SEED``.
    """
    secret = [hidden and _depends_on_seed(case) for case in exercise.spec.cases]
    cases = tuple(
        _planned(exercise, case, seed if concealed or not hidden else PUBLIC_SEED, hidden=concealed)
        for case, concealed in zip(exercise.spec.cases, secret, strict=True)
    )
    spec = exercise.spec
    return Plan(entry=spec.entry, cases=cases, seconds=spec.seconds, forbidden=spec.forbidden)


def _depends_on_seed(case: Case) -> bool:
    """Whether what is expected differs from seed to seed."""
    weights = [case.check.cotangent] if isinstance(case.check, Gradient) else []
    drawn = any(isinstance(d, Draw | Made) for d in (case.x, *case.parameters.values(), *weights))
    return drawn and isinstance(case.check, Value | Gradient | Accuracy)


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


def _transform(check: Check) -> str:
    """What the worker applies to the entry's call."""
    match check:
        case Value() | Raises():
            return check.transform
        case Gradient():
            return "gradient"
        case Residuals():
            return "residuals"
        case Sent():
            return "sent"
        case Accuracy():
            return "training"
    return "eager"


def _shown(argument: object) -> str:
    return f"{argument:g}" if isinstance(argument, float) else f"{argument}"


def _cut(case: Case) -> str:
    """Over how many devices: "cut over 4 devices"."""
    devices = case.shards.devices if case.shards else 0
    return f", cut over {devices} device{'s' if devices > 1 else ''}" if devices else ""


def _distribution(case: Case) -> str:
    if not isinstance(case.x, Draw):
        return ""
    parts = [
        f", mean {case.x.mean:g}" if case.x.mean else "",
        f", std {case.x.std:.2g}" if case.x.std != 1 and not case.x.same_along else "",
        ", all values of a group equal" if case.x.same_along else "",
    ]
    return "".join(parts)
