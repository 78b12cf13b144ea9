"""What became of a program instead of an answer, as findings: a problem that the worker told, or the run's ending."""

import importlib.util
import re

from grader.course import Value
from grader.findings.base import Finding
from grader.findings.of_case import Broke, NotReached, Phase, Stopped
from grader.plan.cases import Plan
from grader.sandbox.base import Run
from grader.sandbox.transcript import Problem
from grader.submission.reading import Submission

NOT_ANSWERED = (Stopped, NotReached)
OURS = ("exercises", "grader", "groupnorm_jax")


def of_problem(problem: Problem, *, entry: str, submission: Submission) -> Broke:
    """Why there is no value to compare, with the submission's own lines.

    Args:
      problem: what the worker said.
      entry: the name asked for.
      submission: whose lines are meant.
    """
    indented = problem.type in ("TabError", "IndentationError")
    spots = [
        submission.spot(line, function="" if function == "<module>" else function, stripped=not indented)
        for line, function in dict.fromkeys(problem.frames)
    ]
    return Broke(
        why=problem.kind,
        type=problem.type,
        message=problem.message,
        entry=entry,
        names=problem.names,
        spots=tuple(spots),
        installed=problem.kind == "import" and _installed(problem.message),
    )


def of_ending(run: Run, plan: Plan, index: int) -> Finding:
    """Why there is no answer to a case: the run ended in it, just before it, or earlier."""
    stopped = stopped_at(run)
    if index != stopped:
        return NotReached(ended_at=plan.cases[stopped].case.name)
    shards = plan.cases[index].case.shards
    return _stopped(run, _phase(run, plan, index), together=shards is not None and shards.devices > 1)


def while_importing(run: Run) -> Stopped:
    """Why the run ended before the submission's top level was through."""
    return _stopped(run, "importing")


def stopped_at(run: Run) -> int:
    """Index of the first case without an answer."""
    return len(run.transcript.answers)


def _stopped(run: Run, phase: Phase, *, together: bool = False) -> Stopped:
    ending = run.ending
    return Stopped(why=ending.kind, limit=ending.detail, phase=phase, status=ending.status, together=together)


def _phase(run: Run, plan: Plan, index: int) -> Phase:
    """What was under way in the case that the run ended in."""
    if run.transcript.started != index:
        return "before_case"
    check = plan.cases[index].case.check
    if not isinstance(check, Value) or check.transform != "jit":
        return "case"
    return "compiled" if run.transcript.compiled == index else "compiling"


def _installed(message: str) -> bool:
    """Whether the module that an import failed for is there after all: then the sandbox has closed it."""
    found = re.search(r"No module named '([A-Za-z_]\w*)", message)
    return bool(found) and found[1] not in OURS and _is_installed(found[1])


def _is_installed(name: str) -> bool:
    """Whether there is such a module here. The name is a submission's word: "__main__" makes Python itself raise."""
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return False
