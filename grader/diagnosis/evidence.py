"""What a run's comparisons show, sorted once for all who look at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from grader.course import Arrays, Parameters, Value
from grader.judge.checks.parameters import made
from grader.judge.comparison import Comparison, Values
from grader.plan.cases import PlannedCase


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that a run shows of values and parameters.

    Attributes:
      values: the answered values that can be compared.
      parameters: case and parameters made, for each case on parameters.
      failed: cases on values that gave nothing to compare: an exception, a wrong size or dtype.
      others: cases on anything else, such as a gradient.
    """

    values: tuple[Values, ...]
    parameters: tuple[tuple[PlannedCase, Arrays], ...]
    failed: tuple[Comparison, ...]
    others: tuple[Comparison, ...] = ()

    @cached_property
    def wrong(self) -> tuple[Values, ...]:
        """The values that are wrong somewhere."""
        return tuple(seen for seen in self.values if seen.wrong.any())

    @cached_property
    def telling_first(self) -> tuple[Values, ...]:
        """The wrong values before the right ones, and the small ones first: what an idea is tried on."""
        return tuple(sorted(self.values, key=lambda seen: (not seen.wrong.any(), seen.got.size)))


def gather(comparisons: Sequence[Comparison]) -> Evidence:
    """Sorts the comparisons of a run's answered cases."""
    on_values = [c for c in comparisons if isinstance(c.case.case.check, Value)]
    on_parameters = [(c.case, c.answered) for c in comparisons if isinstance(c.case.case.check, Parameters)]
    return Evidence(
        values=tuple(c.values for c in on_values if c.values),
        parameters=tuple((case, made(given)) for case, given in on_parameters if given is not None),
        failed=tuple(c for c in on_values if not c.values),
        others=tuple(c for c in comparisons if not isinstance(c.case.case.check, Value)),
    )
