"""Which runner a command uses."""

from collections.abc import Iterable

from grader.sandbox.base import Limits
from grader.sandbox.fresh import FreshRunner
from grader.sandbox.warm import WARM_HERE, WarmRunner

NAMES = ("warm", "fresh") if WARM_HERE else ("fresh",)
DEFAULT = NAMES[0]


def runner(name: str = DEFAULT, limits: Limits = Limits(), *, without: Iterable[str] = ()) -> WarmRunner | FreshRunner:  # noqa: B008 - frozen
    """The runner of that name; layers are left out of the warm one only, since the fresh one has none."""
    return WarmRunner(limits, without=without) if name == "warm" else FreshRunner(limits)
