"""What the errors of a wrong run show: the ideas and observations that a diagnosis is made of, and the line."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from grader.findings.base import Finding, Spot

Part = Literal["group", "row", "channel"]
Sharing = Literal["group", "channel"]  # parts whose values share a number in the formula


@dataclass(frozen=True, kw_only=True)
class Idea:
    """A misconception of the exercise, in its author's words.

    Attributes:
      name: identifies it in the exercise.
      title: a few words that complete "this is ...".
      text: a paragraph for the learner; it ends in a question.
    """

    name: str
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What a wrong answer shows.

    Attributes:
      ideas: the misconceptions whose answers it equals; two where it takes both, none where no known one fits.
      observations: where no idea fits, what the errors themselves show.
    """

    ideas: tuple[Idea, ...] = ()
    observations: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Trait(Finding):
    """A yes-or-no property of a case.

    Attributes:
      name: which.
      number: of axes, where it speaks of them.
      argument: the argument that it speaks of.
      value: that argument's value, as it is written.
    """

    kind: ClassVar[str] = "trait"
    name: str
    number: int = 0
    argument: str = ""
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class WrongOnlyWhere(Finding):
    """All wrong cases have these traits and no right one has; the first says most."""

    kind: ClassVar[str] = "wrong_only_where"
    traits: tuple[Trait, ...]


@dataclass(frozen=True, kw_only=True)
class RightOnlyWhere(Finding):
    """All right cases have these traits and no wrong one has; the first says most."""

    kind: ClassVar[str] = "right_only_where"
    traits: tuple[Trait, ...]


@dataclass(frozen=True, kw_only=True)
class NotFinite(Finding):
    """``count`` of ``size`` values are not finite numbers."""

    kind: ClassVar[str] = "not_finite"
    count: int
    size: int


@dataclass(frozen=True, kw_only=True)
class NothingFinite(Finding):
    """No value of the output is a finite number, in any wrong case."""

    kind: ClassVar[str] = "nothing_finite"


@dataclass(frozen=True, kw_only=True)
class ReturnsInput(Finding):
    """The output is what was given: x, or the parameter ``name``."""

    kind: ClassVar[str] = "returns_input"
    name: str


@dataclass(frozen=True, kw_only=True)
class AllEqual(Finding):
    """All values of the output are the same."""

    kind: ClassVar[str] = "all_equal"


@dataclass(frozen=True, kw_only=True)
class OtherPlaces(Finding):
    """The output holds the right values in other places."""

    kind: ClassVar[str] = "other_places"


@dataclass(frozen=True, kw_only=True)
class Scaled(Finding):
    """The values are the right ones times a number.

    Attributes:
      least: the number, or the least where each case has its own.
      most: the greatest.
      meaning: what the number may be, such as "sqrt((n - 1) / n)", "-1" or "sqrt(2)"; empty where that is unknown.
      before: the parameter that is added afterwards; empty if there is none.
    """

    kind: ClassVar[str] = "scaled"
    least: float
    most: float
    meaning: str = ""
    before: str = ""


@dataclass(frozen=True, kw_only=True)
class Shifted(Finding):
    """The values are the right ones plus a number; ``least`` and ``most`` as for ``Scaled``."""

    kind: ClassVar[str] = "shifted"
    least: float
    most: float


@dataclass(frozen=True, kw_only=True)
class OtherArgument(Finding):
    """The values are right for another value of an argument.

    Attributes:
      argument: its name.
      relation: "is" a number whatever is given, "times" what is given, its "square" or its "root".
      number: the number or the factor.
      left_out: whether every wrong case leaves the argument out.
    """

    kind: ClassVar[str] = "other_argument"
    argument: str
    relation: Literal["is", "times", "square", "root"]
    number: float = 0.0
    left_out: bool = False


@dataclass(frozen=True, kw_only=True)
class SomeParts(Finding):
    """Of several arrays that are returned, which are right and which are wrong, in every wrong case."""

    kind: ClassVar[str] = "some_parts"
    right: tuple[str, ...]
    wrong: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OnlyOne(Finding):
    """Of the output's groups, rows or channels only one is right, or wrong.

    Attributes:
      part: what is counted.
      at: which one, from 0; -1 for the last.
      outcome: what it alone is.
    """

    kind: ClassVar[str] = "only_one"
    part: Part
    at: int
    outcome: Literal["right", "wrong"]


@dataclass(frozen=True, kw_only=True)
class OnlySign(Finding):
    """Only positive, or only negative, values are wrong."""

    kind: ClassVar[str] = "only_sign"
    positive: bool


@dataclass(frozen=True, kw_only=True)
class OnlyBeyond(Finding):
    """Only values whose size is beyond ``size`` are wrong."""

    kind: ClassVar[str] = "only_beyond"
    size: float


@dataclass(frozen=True, kw_only=True)
class ScaledEach(Finding):
    """The values of each group, or channel, are the right ones times a number of its own.

    Attributes:
      part: what has its own.
      trend: 1 where the number grows with the spread, -1 where it falls, 0 where neither is so.
      before: as for ``Scaled``.
    """

    kind: ClassVar[str] = "scaled_each"
    part: Sharing
    trend: int = 0
    before: str = ""


@dataclass(frozen=True, kw_only=True)
class ShiftedEach(Finding):
    """The values of each group, or channel, are the right ones plus a number of its own."""

    kind: ClassVar[str] = "shifted_each"
    part: Sharing


@dataclass(frozen=True, kw_only=True)
class Unrecognised(Finding):
    """Nothing is known of the errors; ``some`` where fewer than half of the values are wrong."""

    kind: ClassVar[str] = "unrecognised"
    some: bool


@dataclass(frozen=True, kw_only=True)
class GradientZero(Finding):
    """The values are right, and the gradient is 0 everywhere."""

    kind: ClassVar[str] = "gradient_zero"


@dataclass(frozen=True, kw_only=True)
class GradientUndefined(Finding):
    """The values are right, and the gradient is not a finite number everywhere."""

    kind: ClassVar[str] = "gradient_undefined"


@dataclass(frozen=True, kw_only=True)
class GradientOther(Finding):
    """The values are right, and only the gradient is wrong."""

    kind: ClassVar[str] = "gradient_other"


@dataclass(frozen=True, kw_only=True)
class TrainingDiverged(Finding):
    """Some scores of a trained classifier are not finite numbers."""

    kind: ClassVar[str] = "training_diverged"


@dataclass(frozen=True, kw_only=True)
class OneClass(Finding):
    """A trained classifier gives all images the same class."""

    kind: ClassVar[str] = "one_class"


@dataclass(frozen=True, kw_only=True)
class NoBetterThanChance(Finding):
    """A trained classifier is no better than guessing."""

    kind: ClassVar[str] = "no_better_than_chance"


@dataclass(frozen=True, kw_only=True)
class LearnedTooLittle(Finding):
    """A trained classifier has learned something, but not enough."""

    kind: ClassVar[str] = "learned_too_little"


@dataclass(frozen=True, kw_only=True)
class Line(Finding):
    """Where a wrong program departs from a right one.

    Attributes:
      what: "departs": values are wrong from here on; "unfinished": right so far, and what is missing never comes;
        "aside": the right output is computed here, and something else is returned; "returned": all is computed, and
        returned in another way; "default": a wrong default of an argument; "parameter": a wrong parameter is made here;
        "named": a function named here does what must not be done; "untraced": no line can be told.
      spot: the line; None where none can be told.
      called_from: the entry's own line that leads there, where that is another.
      right: names of the landmarks that are passed.
      missing: the landmark that never appears.
      detail: the dtype that the line rounds to, or the argument, parameter or function meant; for "untraced", "numpy"
        where a program's steps cannot be followed for being NumPy's.
    """

    kind: ClassVar[str] = "line"
    what: Literal["departs", "unfinished", "aside", "returned", "default", "parameter", "named", "untraced"]
    spot: Spot | None = None
    called_from: Spot | None = None
    right: tuple[str, ...] = ()
    missing: str = ""
    detail: str = ""
