"""Tests the sandbox before the first submission runs in it, so that a report says what held, not what was intended.

A canary runs where submissions run and tries to reach planted targets. What it says it reached counts, and so does what
the judge sees: a packet that arrived, a file that was created.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from grader.sandbox.bait import planted
from grader.sandbox.base import Isolation, Runner
from grader.sandbox.isolation import landlock, rlimits, seccomp, user
from grader.worker import wire
from grader.worker.probes import PROBES

# With one of these a program can reach the solution, other submissions or the grader: the level is none.
ESSENTIAL = frozenset(
    {
        "read files",
        "read solutions",
        "write files",
        "connect to unix sockets",
        "signal other processes",
        "trace other processes",
        "limit other processes",
    }
)
MEMORY = "take memory without limit"
_LANDLOCK = {"read files", "write files", "run programs", "trace other processes"}


@dataclass(frozen=True, kw_only=True)
class Canary:
    """The canary's task: to try every probe on planted targets."""

    targets: Mapping[str, Any]
    cases: int = 0
    seconds: float = 20.0
    reference: None = None

    def encoded(self) -> bytes:
        """The message to the worker."""
        return wire.encode({"probe": dict(self.targets), "forbidden": []})


def examined(runner: Runner, *, around: Iterable[str], held: Collection[str], missing: Iterable[str]) -> Isolation:
    """Runs a canary and says what it found.

    Args:
      runner: where submissions will run.
      around: layers of the judge's own, such as its clock.
      held: layers that were put up.
      missing: those that this host lacks, or that were left out.
    """
    try:
        through = reached(runner)
    except OSError:
        through = None  # there is no place to plant anything
    if through is None:
        return Isolation(layers=tuple(around), missing=("the canary could not be run",), level="none")
    idle = {name for name in held if stops(name) & through}
    return Isolation(
        layers=(*around, *(name for name in held if name not in idle)),
        missing=(
            *sorted(missing),
            *(f"{name} (did nothing)" for name in held if name in idle),
            *(f"can {name}" for name in PROBES if name in through),
        ),
        level=level(through),
    )


def level(through: Collection[str]) -> Literal["strong", "partial", "none"]:
    """The level of isolation, given the probes that got through."""
    if not through:
        return "strong"
    return "none" if ESSENTIAL & set(through) else "partial"


def stops(layer: str) -> set[str]:
    """The probes that a layer must stop; a layer that lets one of them through does nothing."""
    if layer == seccomp.NAME:
        return set(PROBES) - {MEMORY}
    if layer == rlimits.NAME:
        return {MEMORY}
    if layer == user.NAME:
        return {"signal other processes", "trace other processes", "limit other processes"}
    if layer != landlock.NAME:
        return set()
    since = {4: "connect by TCP", 6: "signal other processes"}
    return _LANDLOCK | {name for version, name in since.items() if landlock.version() >= version}


def reached(runner: Runner) -> set[str] | None:
    """Names of the probes that got through; None if the canary did not come back."""
    with planted("planted") as bait:
        run = runner.run(Canary(targets=bait.targets))
        if run.ending.kind != "finished" or set(run.transcript.probed) != set(PROBES):
            return None
        return {name for name, through in run.transcript.probed.items() if through} | bait.taken()
