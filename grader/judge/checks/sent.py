"""How much each device sends to the others. The margin is what is sent, over what is allowed."""

from grader.course import SENT_FACTOR, Reference, Sent
from grader.findings.of_case import NotMeasured, SentTooMuch
from grader.judge.checks.measured import measured_bytes, needed, simulated
from grader.judge.comparison import Judged, wrong
from grader.plan.cases import PlannedCase
from grader.sandbox.transcript import Answer

__all__ = ["judged", "simulated"]


def judged(index: int, case: PlannedCase, reference: Reference, answer: Answer) -> Judged:
    """The verdict on the number of bytes that was measured."""
    check, found = case.case.check, measured_bytes(answer.arrays)
    if not isinstance(check, Sent):
        raise TypeError(f"a check on what is sent is asked for, not {type(check).__name__}")
    if found is None:
        return wrong(NotMeasured(what="sent"))
    enough = needed(check, case, reference)
    margin = found / (SENT_FACTOR * enough)
    if margin <= 1:
        return Judged(outcome="right", margin=margin)
    piece = case.x.nbytes // (case.case.shards.devices if case.case.shards else 1)
    told = SentTooMuch(sent=int(found), of_piece=piece, needed=enough, allowed=SENT_FACTOR * enough)
    return wrong(told, margin)
