"""Runners that the tests of a file share: starting a process for each submission is most of what a test costs."""

import pytest

from grader.sandbox import choice
from grader.sandbox.base import Limits
from grader.sandbox.isolation import LAST, LAYERS
from grader.sandbox.warm import WarmRunner
from grader.sandbox.warming import programs

# For programs that end by themselves. On a busy machine a short limit would end them early, and run the reference too.
PATIENT = Limits(seconds=60.0)


@pytest.fixture(scope="module")
def walled(request):
    """The runner that commands use, behind its whole wall; its compile cache is filled from the module's EXERCISE."""
    with choice.runner(limits=PATIENT) as runner:
        yield filled(runner, request.module.EXERCISE)


@pytest.fixture(scope="module")
def unwalled(request):
    """A fresh process's worker, as free as it is there, but forked: where its start is not the point."""
    with choice.runner(limits=PATIENT, without=[layer.NAME for layer in (*LAYERS, *LAST)]) as runner:
        yield filled(runner, request.module.EXERCISE)


def filled(runner, exercise):
    """From the solution: more would cost more than it saves."""
    if isinstance(runner, WarmRunner):
        runner.fill(list(programs(exercise))[:1])
    return runner
