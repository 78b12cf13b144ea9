"""How much a call keeps for the backward pass. The margin is what is kept beyond need, over what is allowed."""

from grader.course import RESIDUALS_SPARE, Reference, Residuals
from grader.findings.of_case import KeptTooMuch, NotMeasured
from grader.judge.checks.measured import measured_bytes, needed, simulated
from grader.judge.comparison import Judged, wrong
from grader.plan.cases import PlannedCase
from grader.sandbox.transcript import Answer

__all__ = ["judged", "simulated"]


def judged(index: int, case: PlannedCase, reference: Reference, answer: Answer) -> Judged:
    """The verdict on the number of bytes that was measured."""
    check, found = case.case.check, measured_bytes(answer.arrays)
    if not isinstance(check, Residuals):
        raise TypeError(f"a check on residuals is asked for, not {type(check).__name__}")
    if found is None:
        return wrong(NotMeasured(what="kept"))
    enough = needed(check, case, reference)
    margin = max(0.0, found - enough) / (RESIDUALS_SPARE * case.x.nbytes)
    if margin <= 1:
        return Judged(outcome="right", margin=margin)
    return wrong(KeptTooMuch(kept=int(found), of_x=case.x.nbytes, needed=enough), margin)
