"""A call that must be refused with an exception."""

from grader.course import Misconception, Raises, Reference
from grader.findings.of_case import NotRaised
from grader.judge.comparison import Judged, wrong
from grader.plan.cases import PlannedCase
from grader.sandbox.transcript import Answer


def judged(index: int, case: PlannedCase, reference: Reference, answer: Answer) -> Judged:
    """The verdict on what the call did."""
    check = case.case.check
    rule = check.rule if isinstance(check, Raises) else ""
    problem = answer.problem
    if problem is None:
        value = answer.arrays.get("value")
        return wrong(NotRaised(rule=rule, did="returned", shape=None if value is None else value.shape))
    if problem.exception:
        return Judged(outcome="right")
    if problem.kind == "exited":
        return wrong(NotRaised(rule=rule, did="exited"))
    if problem.kind == "returned":
        return wrong(NotRaised(rule=rule, did="returned", what=problem.message))
    return wrong(NotRaised(rule=rule, did="raised", what=problem.type))


def simulated(idea: Misconception, case: PlannedCase, reference: Reference) -> None:
    """A misconception says nothing of calls that are refused."""
