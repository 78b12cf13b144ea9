"""Runners that the tests of a file share: a process a submission, each from its start, is most of what a test costs."""

import pytest

from grader import devices
from grader.filling import programs
from grader.isolation import LAST, LAYERS
from grader.runners import choice
from grader.runners.base import Limits
from grader.runners.warm import WarmRunner

# Programs for the grader, not modules of ours: pytest is not to import them.
collect_ignore = ["wrong_submissions"]
# As the grader's worker has them, before anything starts JAX's backend.
devices.provide()
# For programs that end by themselves: on a busy machine, for one that passes its limit the reference would run as well.
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
