"""What changed from one report on a file to the next."""

from dataclasses import dataclass

from grader.report import Report


@dataclass(frozen=True, kw_only=True)
class Change:
    """The difference between two reports on one exercise; names in the order of the later one's cases.

    Attributes:
      turned_wrong: cases that were right and are wrong now.
      turned_right: cases that are right now and were not.
      out_of_reach: cases that were right and are skipped now.
      score: points before and after.
      max_score: points that a right program earns.
      mistakes: the misconceptions that were named before and after, each in the order in which cases show it.
      rejected: whether one error stood for all cases, before and after.
      same_text: whether both are about the same text.
    """

    turned_wrong: tuple[str, ...]
    turned_right: tuple[str, ...]
    out_of_reach: tuple[str, ...]
    score: tuple[float, float]
    max_score: float
    mistakes: tuple[tuple[str, ...], tuple[str, ...]]
    rejected: tuple[bool, bool]
    same_text: bool


def compare(before: Report, after: Report) -> Change:
    """Compares two reports; a case that only one of them has, and one that we failed to check, is no change."""
    was = {case.name: case.outcome for case in before.cases}

    def turned(now: str, *, from_right: bool) -> tuple[str, ...]:
        """Names of the cases that came to this outcome."""
        old = {"right"} if from_right else {"wrong", "skipped"}
        return tuple(case.name for case in after.cases if case.outcome == now and was.get(case.name) in old)

    return Change(
        turned_wrong=turned("wrong", from_right=True),
        turned_right=turned("right", from_right=False),
        out_of_reach=turned("skipped", from_right=True),
        score=(before.score, after.score),
        max_score=after.max_score,
        mistakes=(_mistakes(before), _mistakes(after)),
        rejected=(before.error is not None, after.error is not None),
        same_text=before.digest == after.digest != "",
    )


def _mistakes(report: Report) -> tuple[str, ...]:
    return tuple(idea.name for idea in report.ideas)
