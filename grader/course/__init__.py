"""The exercise format: everything that a ``cases.py`` imports."""

from grader.course.checks import (
    RESIDUALS_SPARE,
    SENT_FACTOR,
    Accuracy,
    Check,
    Gradient,
    Parameters,
    Raises,
    Residuals,
    Sent,
    Value,
)
from grader.course.conditioning import by_differences
from grader.course.exercise import FORMAT, Case, Entry, Exercise
from grader.course.inputs import DEVICES, Arguments, Arrays, Draw, Fixed, Given, Made, Shards, UnavailableError
from grader.course.misconception import Misconception, Parts, RightVariant
from grader.course.reference import Reference, end_to_end

__all__ = [
    "DEVICES",
    "FORMAT",
    "RESIDUALS_SPARE",
    "SENT_FACTOR",
    "Accuracy",
    "Arguments",
    "Arrays",
    "Case",
    "Check",
    "Draw",
    "Entry",
    "Exercise",
    "Fixed",
    "Given",
    "Gradient",
    "Made",
    "Misconception",
    "Parameters",
    "Parts",
    "Raises",
    "Reference",
    "Residuals",
    "RightVariant",
    "Sent",
    "Shards",
    "UnavailableError",
    "Value",
    "by_differences",
    "end_to_end",
]
