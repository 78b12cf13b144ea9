"""The error of one case, element by element, for a picture."""

from collections.abc import Sequence

import numpy as np

from grader.diagnosis.evidence import gather
from grader.judge.comparison import Comparison
from grader.report import CaseResult, ErrorMap


def error_map(comparisons: Sequence[Comparison], results: Sequence[CaseResult]) -> ErrorMap | None:
    """Of the first public case whose values are wrong; None where there is none with values to compare.

    Args:
      comparisons: of the cases that were answered.
      results: the verdicts on all cases.
    """
    for seen in gather(comparisons).wrong:
        result = results[seen.index]
        if result.outcome != "wrong" or result.visibility != "public" or seen.channel_axis is None:
            continue
        with np.errstate(all="ignore"):
            error = np.moveaxis(np.where(seen.wrong, seen.got - seen.expected, 0.0), seen.channel_axis, -1)
        groups = np.moveaxis(seen.sharing, seen.channel_axis, -1)[(0,) * (error.ndim - 1)]
        borders = tuple(int(at) + 1 for at in np.flatnonzero(np.diff(groups)))
        return ErrorMap(case=result.name, seed=result.seed, error=error, borders=borders)
    return None
