"""Wrong ideas about a walk-through of group normalization: ways not to mend it, and not to report."""

import numpy as np

from grader.course import Misconception

from .._group_norm.parts import LAST, Parts, in_another_layout, var
from .._group_norm.wrong import spread
from .._group_norm.wrong.first import GROUPS
from ._reference import RIGHT, assemble, statistics

# What people divide by, or multiply with, to turn 3.46 into 1: the printed number, its roundings, and the root of 12.
FUDGES = (3.4636, 3.46, 3.464, 3.4635, 3.46357, np.sqrt(12.0), 3.5, 1 / 0.28869, 1 / 0.2887, 1 / 0.288687, 1 / 0.289)

_TEXTS = {
    "missing_root": "The mean is taken away as it should be, but the differences are then divided by the variance. A "
    "variance is measured in squares: values in metres have a variance in square metres. What is the unit of your "
    "output, and what is 1 divided by the standard deviation of the input?",
}
_SPREAD = [idea for idea in (*spread.ROOT, *spread.EPS, *spread.MEAN) if not idea.name.startswith("running_")]


def _idea(name: str, title: str, text: str, *also: Parts, **parts) -> Misconception:
    return Misconception(name=name, title=title, text=text, value=assemble(parts), parts=parts, also=also)


def _second(values: np.ndarray, number: float) -> np.ndarray:
    """The statistics with another number in the place of the standard deviation."""
    found = statistics(values)
    found[1] = number
    return found


def _of_groups(values: np.ndarray, num_groups: int) -> np.ndarray:
    """The mean of the statistics of each group."""
    rows = values.reshape(values.shape[0] * num_groups, -1)
    return np.mean([statistics(row) for row in rows], axis=0)


def _mean_spread(values: np.ndarray, num_groups: int) -> np.ndarray:
    """All statistics of all values, but the mean of the groups' standard deviations."""
    return _second(values, float(_of_groups(values, num_groups)[1]))


MENDING = (
    _idea(
        "divided_by_the_printed_number",
        "division by the number that was printed, 3.46",
        "For uniform numbers between 0 and 1 your output would have a standard deviation of 1. That number is a "
        "property of those inputs, and of the mistake, not of the formula. What would it be for values twice as far "
        "apart?",
        *({"below": lambda v, axes, eps, by=by: (var(v, axes) + eps) * by} for by in FUDGES[1:]),
        below=lambda v, axes, eps: (var(v, axes) + eps) * FUDGES[0],
    ),
    _idea(
        "scaled_afterwards",
        "a result that is divided by its own standard deviation",
        "The standard deviation of all values of your output is 1, so that the report looks right. But the groups were "
        "brought to different spreads before, and one common factor cannot undo that. What is the standard deviation "
        "of each single group of your output?",
        {"below": lambda v, axes, eps: var(v, axes) + eps, "after_all": lambda y, _: (y - y.mean()) / y.std()},
        {"below": lambda v, axes, _: var(v, axes), "after_all": lambda y, _: y / y.std()},
        below=lambda v, axes, eps: var(v, axes) + eps,
        after_all=lambda y, _: y / y.std(),
    ),
    _idea(
        "scaled_by_spread_of_all",
        "a result that is multiplied by the standard deviation of all values of x",
        "You have seen that the result is too large by one over a standard deviation. But you take that of all values "
        "of x together, and each group was divided by a variance of its own. Which standard deviation belongs to a "
        "group?",
        {"below": lambda v, axes, _: var(v, axes), "after_all": lambda y, x: y * x.std()},
        below=lambda v, axes, eps: var(v, axes) + eps,
        after_all=lambda y, x: y * x.std(),
    ),
    _idea(
        "root_of_the_difference",
        "the root of the whole fraction instead of the denominator",
        "A root is what was missing. But yours is taken of the whole fraction, of its size at least, so that "
        "differences from the mean are bent as well: a value twice as far away does not come out twice as far. Which "
        "part of the fraction is measured in squares?",
        split=RIGHT["split"],
        below=lambda v, axes, eps: var(v, axes) + eps,
        after_all=lambda y, _: np.sign(y) * np.sqrt(np.abs(y)),
    ),
    _idea(
        "spread_of_all_values",
        "one standard deviation for all values of the batch",
        "Each group is centred by its own mean. But all are divided by the same number, the standard deviation of the "
        "whole of x. What would happen to a group whose values lie close together?",
        {"below": lambda v, _, eps: np.sqrt(v.var() + eps) + np.zeros_like(v[..., :1]), "split": RIGHT["split"]},
        {"below": lambda v, *_: v.std() + np.zeros_like(v[..., :1]), "split": RIGHT["split"]},
        split=RIGHT["split"],
        below=lambda v, _, eps: v.std() + eps + np.zeros_like(v[..., :1]),
    ),
    _idea(
        "all_values_at_once",
        "one mean and one standard deviation for the whole batch",
        "The formula is right, and so the report looks right: all values together have mean 0 and standard deviation "
        "1. But every sample and every group should have that by itself. How many means does a batch of 2 samples in 3 "
        "groups have?",
        split=lambda x, _: (x.reshape(1, -1), LAST),
    ),
)

REPORTING = (
    _idea(
        "sample_deviation_reported",
        "the sample standard deviation in the report",
        "The output is right, and so is what is reported of it, but for the standard deviation: its sum of squares is "
        "divided by one less than the number of values. That estimates a population from a sample. Are these values a "
        "sample, or all there are?",
        statistics=lambda v, _: _second(v, float(v.std(ddof=1))),
    ),
    _idea(
        "variance_reported",
        "the variance in the report instead of the standard deviation",
        "The output is right, and so are mean, min and max. In second place stands the mean of the squared differences "
        "from the mean. What is missing from it to be a standard deviation?",
        statistics=lambda v, _: _second(v, float(v.var())),
    ),
    _idea(
        "absolute_deviation_reported",
        "the mean distance from the mean in the report",
        "The output is right, and so are mean, min and max. In second place stands the mean distance from the mean, "
        "which is a measure of spread, and not the one that is asked for. How do you get from differences to a "
        "variance?",
        statistics=lambda v, _: _second(v, float(np.abs(v - v.mean()).mean())),
    ),
    _idea(
        "median_reported",
        "the median in the report instead of the mean",
        "The output is right, and so are standard deviation, min and max. In first place stands the middle value in "
        "order of size. Which of the two should be 0 after a normalization?",
        statistics=lambda v, _: np.array([np.median(v), *statistics(v)[1:]]),
    ),
    _idea(
        "spread_of_groups_reported",
        "the mean of the groups' standard deviations in the report",
        "The output is right, and so are mean, min and max. But the standard deviation is taken group by group and "
        "then averaged: how far the groups lie from each other is left out. Of which values is the report to be?",
        statistics=_mean_spread,
    ),
    _idea(
        "statistics_of_groups_averaged",
        "statistics of each group, averaged",
        "The output is right. But the report is made group by group and then averaged, so that its least value is no "
        "value of the array at all. Of which values is the report to be?",
        statistics=_of_groups,
    ),
    _idea(
        "min_and_max_exchanged",
        "min and max exchanged in the report",
        "The output is right, and so are all four numbers of each report. But the greatest comes before the least. In "
        "which order does the statement list them?",
        statistics=lambda v, _: statistics(v)[[0, 1, 3, 2]],
    ),
    _idea(
        "deviation_first",
        "the standard deviation before the mean in the report",
        "The output is right, and so are all four numbers of each report. But the standard deviation comes before the "
        "mean. In which order does the statement list them?",
        statistics=lambda v, _: statistics(v)[[1, 0, 2, 3]],
    ),
    _idea(
        "min_and_max_first",
        "min and max before mean and standard deviation in the report",
        "The output is right, and so are all four numbers of each report. But the least and the greatest come first. "
        "In which order does the statement list them?",
        statistics=lambda v, _: statistics(v)[[2, 3, 0, 1]],
    ),
    _idea(
        "reports_exchanged",
        "the two reports exchanged",
        "The output is right, and so are both reports. But that of the output comes first. Which of the two should "
        "have a standard deviation of nearly 1?",
        seen_before=lambda _, y: y,
        seen_after=lambda x, _: x,
    ),
    _idea(
        "before_of_y",
        "a report of the output twice",
        "The output is right, and so is the second report. But the first says the same: when it is made, the values "
        "have been normalised already, perhaps under the same name. Which array must the first report look at?",
        seen_before=lambda _, y: y,
    ),
    _idea(
        "after_of_x",
        "a report of the input twice",
        "The output is right, and so is the first report. But the second says the same, as if nothing had been done to "
        "the values. Which array must the second report look at?",
        seen_after=lambda x, _: x,
    ),
)

WRONG = (*in_another_layout((*_SPREAD, *GROUPS), RIGHT, assemble, _TEXTS), *MENDING, *REPORTING)
