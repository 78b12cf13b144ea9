"""What one case's answer amounts to, or what became of the program instead of an answer."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from grader.findings.base import Finding, Spot

Shape = tuple[int, ...]
Phase = Literal["importing", "before_case", "case", "compiling", "compiled"]


@dataclass(frozen=True, kw_only=True)
class OffBy(Finding):
    """Values are wrong; told is the one that is farthest off, in units of what is allowed.

    Attributes:
      index: its index, within its part.
      part: the array that it belongs to, where several are returned; else empty.
      expected: what was expected there.
      got: what was returned; NaN or infinite where it is no number.
      error: the difference's size; infinite where there is none.
      allowed: how large it may be.
      count: how many values are wrong.
      size: of how many.
      rounding_only: every error of the run is so small that only rounding differs.
      gradient_of: what the value is a gradient with respect to; empty where it is none.
    """

    kind: ClassVar[str] = "off_by"
    index: Shape
    part: str
    expected: float
    got: float
    error: float
    allowed: float
    count: int
    size: int
    rounding_only: bool = False
    gradient_of: str = ""


@dataclass(frozen=True, kw_only=True)
class WrongShape(Finding):
    """An array has another shape.

    Attributes:
      what: the output, or a part's or a parameter's name; empty for the output.
      expected: the shape asked for.
      got: the shape found; None where that may not be said.
      as_x: whether the shape asked for is that of x.
      gradient_of: as for ``OffBy``.
    """

    kind: ClassVar[str] = "wrong_shape"
    what: str = ""
    expected: Shape
    got: Shape | None
    as_x: bool = False
    gradient_of: str = ""


@dataclass(frozen=True, kw_only=True)
class WrongCount(Finding):
    """Another number of arrays is returned than was asked for.

    Attributes:
      expected: names of the arrays; empty where one array was asked for.
      got: how many came in a tuple; 0 where one array came, None where that may not be said.
      gradient_of: as for ``OffBy``.
    """

    kind: ClassVar[str] = "wrong_count"
    expected: tuple[str, ...]
    got: int | None
    gradient_of: str = ""


@dataclass(frozen=True, kw_only=True)
class WrongDtype(Finding):
    """An array has another dtype.

    Attributes:
      what: as for ``WrongShape``; "scores" for a classifier's.
      of_x: dtype of x, where that decides; empty where any floating-point dtype will do.
      or_wider: whether a wider dtype would do, too.
      got: what was found; None where that may not be said.
      gradient_of: as for ``OffBy``.
    """

    kind: ClassVar[str] = "wrong_dtype"
    what: str = ""
    of_x: str = ""
    or_wider: bool = False
    got: str | None
    gradient_of: str = ""


@dataclass(frozen=True, kw_only=True)
class MadeParameter:
    """A parameter that was found.

    Attributes:
      name: its name.
      instead: what was found in its place, where it is no parameter: "variable", "array" or "late"; else empty.
    """

    name: str
    instead: str = ""


@dataclass(frozen=True, kw_only=True)
class WrongParameters(Finding):
    """The parameters bear other names.

    Attributes:
      expected: their names.
      got: what was found; None where that may not be said.
    """

    kind: ClassVar[str] = "wrong_parameters"
    expected: tuple[str, ...]
    got: tuple[MadeParameter, ...] | None


@dataclass(frozen=True, kw_only=True)
class WrongStart(Finding):
    """A parameter is initialised to other values.

    Attributes:
      name: the parameter.
      expected: its value everywhere.
      got: one of the values found; None where that may not be said.
    """

    kind: ClassVar[str] = "wrong_start"
    name: str
    expected: float
    got: float | None


@dataclass(frozen=True, kw_only=True)
class ChangedInput(Finding):
    """The call changed arrays that it was given.

    Attributes:
      names: which; None where that may not be said.
    """

    kind: ClassVar[str] = "changed_input"
    names: tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True)
class NotRepeated(Finding):
    """The same input gives another output by itself than after other calls: the program keeps something."""

    kind: ClassVar[str] = "not_repeated"


@dataclass(frozen=True, kw_only=True)
class WrongSignature(Finding):
    """The entry takes other arguments than the statement's callers give it, or in another way.

    Attributes:
      entry: its name, or "NAME.__call__".
      expected: the parameters as Python writes them, such as "x", "eps=1e-5", "*" and "rngs".
      got: what was found; None where that may not be said.
    """

    kind: ClassVar[str] = "wrong_signature"
    entry: str
    expected: tuple[str, ...]
    got: tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True)
class NotRaised(Finding):
    """A call that must be refused was not, or in a way that is no exception.

    Attributes:
      rule: why it must be, in the exercise's words.
      did: "returned", "exited", or "raised" something that is no ``Exception``; None where that may not be said.
      shape: of the array returned; None of a tuple.
      what: the type of what was raised, or what was returned in place of an array.
    """

    kind: ClassVar[str] = "not_raised"
    rule: str
    did: Literal["returned", "exited", "raised"] | None
    shape: Shape | None = None
    what: str = ""


@dataclass(frozen=True, kw_only=True)
class KeptTooMuch(Finding):
    """A call keeps too much for the backward pass; sizes in bytes.

    Attributes:
      kept: what it keeps.
      of_x: the size of x.
      needed: what is enough.
    """

    kind: ClassVar[str] = "kept_too_much"
    kept: int
    of_x: int
    needed: int


@dataclass(frozen=True, kw_only=True)
class SentTooMuch(Finding):
    """Each device sends too much to the others; sizes in bytes.

    Attributes:
      sent: what it sends.
      of_piece: the size of its piece of x.
      needed: what is enough.
      allowed: what is accepted.
    """

    kind: ClassVar[str] = "sent_too_much"
    sent: int
    of_piece: int
    needed: int
    allowed: int


@dataclass(frozen=True, kw_only=True)
class NotMeasured(Finding):
    """What was to be measured cannot be.

    Attributes:
      what: "kept" for the backward pass, or "sent" between devices.
    """

    kind: ClassVar[str] = "not_measured"
    what: Literal["kept", "sent"]


@dataclass(frozen=True, kw_only=True)
class WrongScores(Finding):
    """A classifier returns scores of another shape.

    Attributes:
      classes: how many scores each image must get.
      expected: the shape asked for.
      got: the shape found; None of a tuple.
      hidden: whether what was found may not be said.
    """

    kind: ClassVar[str] = "wrong_scores"
    classes: int
    expected: Shape
    got: Shape | None
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class NoScoresAlone(Finding):
    """A classifier gives no scores, or of another shape, to one image by itself."""

    kind: ClassVar[str] = "no_scores_alone"


@dataclass(frozen=True, kw_only=True)
class ScoresNotFinite(Finding):
    """Some scores are not finite numbers."""

    kind: ClassVar[str] = "scores_not_finite"


@dataclass(frozen=True, kw_only=True)
class OthersMatter(Finding):
    """Images get other scores by themselves than beside others.

    Attributes:
      count: how many.
      alone: of how many that were tried.
      right: how many of all images get the right class.
      images: how many there are.
    """

    kind: ClassVar[str] = "others_matter"
    count: int
    alone: int
    right: int
    images: int


@dataclass(frozen=True, kw_only=True)
class Inaccurate(Finding):
    """Too few images get the right class.

    Attributes:
      right: how many do.
      images: how many there are.
      at_least: the share that must.
    """

    kind: ClassVar[str] = "inaccurate"
    right: int
    images: int
    at_least: float


@dataclass(frozen=True, kw_only=True)
class Hidden(Finding):
    """Values are wrong, in a run that shows none."""

    kind: ClassVar[str] = "hidden"


@dataclass(frozen=True, kw_only=True)
class Broke(Finding):
    """The program gave no value to compare.

    Attributes:
      why: the word for it, one of ``transcript.KINDS``.
      type: the exception's type, where one was raised, or what is spoken of.
      message: the exception's message, or what was found in place of what was asked for.
      entry: the name that the submission must define.
      names: what the submission defines, where the entry is missing; which arguments or arrays are meant.
      spots: the submission's own lines on the way to it, outermost first.
      installed: a module that an import failed for and that is installed here; only the sandbox closed it.
    """

    kind: ClassVar[str] = "broke"
    why: str
    type: str = ""
    message: str = ""
    entry: str = ""
    names: tuple[str, ...] = ()
    spots: tuple[Spot, ...] = ()
    installed: bool = False


@dataclass(frozen=True, kw_only=True)
class Stopped(Finding):
    """The run ended in this case, or before any.

    Attributes:
      why: how it ended, one of the kinds of ``Ending``.
      limit: the limit that was passed, or what failed, in the sandbox's words.
      phase: what was under way.
      status: exit status of a process that is gone, negative for a signal.
      together: whether several devices ran, which wait for each other.
    """

    kind: ClassVar[str] = "stopped"
    why: str
    limit: str = ""
    phase: Phase
    status: int | None = None
    together: bool = False


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Lines of the submission that follow each other.

    Attributes:
      cell: of a notebook, as in ``Spot``; None for a file.
      first: the first, counted from 1; of a notebook, within its cell.
      last: the last.
    """

    cell: str | None
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class LeftOut(Finding):
    """Lines that ended the import, or are not needed, were left out, and the entry was graded without them.

    Attributes:
      why: what ended the import with them: a problem's word or an ending's, one of ``transcript.KINDS`` or ``Ending``;
        "slow" where it left no time for the cases.
      failed: the line at which it did; None where that is not known.
      entry: the name that the submission must define.
      lines: what was left out, the first of it.
      more: whether there is more than that.
    """

    kind: ClassVar[str] = "left_out"
    why: str
    failed: Spot | None
    entry: str
    lines: tuple[Lines, ...]
    more: bool = False


@dataclass(frozen=True, kw_only=True)
class NotReached(Finding):
    """The run ended in an earlier case.

    Attributes:
      ended_at: that case's name.
    """

    kind: ClassVar[str] = "not_reached"
    ended_at: str


@dataclass(frozen=True, kw_only=True)
class Needs(Finding):
    """The case is skipped: another must be right first.

    Attributes:
      case: its name.
    """

    kind: ClassVar[str] = "needs"
    case: str


@dataclass(frozen=True, kw_only=True)
class Refused(Finding):
    """The submission was not run, for what it is: empty, too large, not text.

    Attributes:
      why: one word for it.
      message: the rule, the values and a way out, in the words of the room that read it.
    """

    kind: ClassVar[str] = "refused"
    why: str
    message: str


@dataclass(frozen=True, kw_only=True)
class NotStarted(Finding):
    """The sandbox could not run the submission: our own fault.

    Attributes:
      detail: what failed.
    """

    kind: ClassVar[str] = "not_started"
    detail: str


@dataclass(frozen=True, kw_only=True)
class GraderFailed(Finding):
    """The grader itself failed: our own fault.

    Attributes:
      type: of the exception; empty where that may not be said.
      message: of it.
    """

    kind: ClassVar[str] = "grader_failed"
    type: str = ""
    message: str = ""
