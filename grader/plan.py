"""What will be asked of a submission: the exercise's cases with their seed, arguments and arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from exercises.loader import Loaded
from exercises.spec import Case, Draw, Entry, Value
from grader.draws import draw


@dataclass(frozen=True, kw_only=True)
class PlannedCase:
    """A case made concrete.

    Attributes:
      case: the exercise's case.
      seed: what its arrays were drawn from; the module is initialised with ``PRNGKey(seed)``.
      arguments: the entry's arguments, cast; its defaults where the case gives none.
      x: the input.
      parameters: name -> array; empty where the module's own are used.
    """

    case: Case
    seed: int
    arguments: dict[str, Any]
    x: np.ndarray
    parameters: dict[str, np.ndarray]

    def situation(self) -> str:
        """Arguments and input in one line, for the report: "num_groups=4 eps=0.001  x: float32[3, 16], std 0.0078"."""
        arguments = " ".join(f"{name}={self.arguments[name]:g}" for name in self.case.arguments)
        return f"{arguments}  x: {self.x.dtype}{list(self.x.shape)}{_distribution(self.case)}"

    def message(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """The JSON and the arrays that cross to the worker: what to do, and nothing about what is expected."""
        check = self.case.check
        body = {
            "arguments": {name: self.arguments[name] for name in self.case.arguments},
            "seed": self.seed,
            "transform": check.transform if isinstance(check, Value) else "eager",
            "parameters": sorted(self.parameters),
        }
        return body, {"x": self.x, **self.parameters}


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


def make_plan(exercise: Loaded, *, seed: int) -> Plan:
    """Draws every case of the exercise from the seed."""
    cases = tuple(_planned(exercise, case, seed) for case in exercise.spec.cases)
    spec = exercise.spec
    return Plan(entry=spec.entry, cases=cases, seconds=spec.seconds, forbidden=spec.forbidden)


def _planned(exercise: Loaded, case: Case, seed: int) -> PlannedCase:
    key, entry = f"{exercise.slug}/{case.name}", exercise.spec.entry
    return PlannedCase(
        case=case,
        seed=seed,
        arguments={**entry.defaults, **{name: entry.arguments[name](value) for name, value in case.arguments.items()}},
        x=draw(case.x, seed=seed, key=f"{key}/x"),
        parameters={name: draw(d, seed=seed, key=f"{key}/{name}") for name, d in case.parameters.items()},
    )


def _distribution(case: Case) -> str:
    if not isinstance(case.x, Draw):
        return ""
    parts = [
        f", mean {case.x.mean:g}" if case.x.mean else "",
        f", std {case.x.std:.2g}" if case.x.std != 1 and not case.x.same_along_last else "",
        ", all channels equal" if case.x.same_along_last else "",
    ]
    return "".join(parts)
