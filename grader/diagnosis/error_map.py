"""The error of one case, element by element, for a picture."""

from collections.abc import Mapping, Sequence

import numpy as np

from exercises.spec import Reference
from grader.diagnosis.evidence import gather
from grader.plan import PlannedCase
from grader.report import CaseResult, ErrorMap
from grader.transcript import Answer


def error_map(
    cases: tuple[PlannedCase, ...], results: Sequence[CaseResult], answers: Mapping[int, Answer], reference: Reference
) -> ErrorMap | None:
    """Of the first public case whose values are wrong; None where there is none with values to compare.

    Args:
      cases: the plan's.
      results: the verdicts, in the same order.
      answers: by the case's index, as far as there are any.
      reference: gives what was expected.
    """
    for seen in gather(cases, answers, reference).values:
        result = results[seen.index]
        if result.outcome != "wrong" or result.visibility != "public" or not seen.wrong.any():
            continue
        if seen.channel_axis is None:
            continue
        with np.errstate(all="ignore"):
            error = np.moveaxis(np.where(seen.wrong, seen.got - seen.expected, 0.0), seen.channel_axis, -1)
        groups = np.moveaxis(seen.sharing, seen.channel_axis, -1)[(0,) * (error.ndim - 1)]
        borders = tuple(int(at) + 1 for at in np.flatnonzero(np.diff(groups)))
        return ErrorMap(case=result.name, seed=result.seed, error=error, borders=borders)
    return None
