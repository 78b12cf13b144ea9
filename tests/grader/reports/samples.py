"""Reports and classes for the tests of formats, and names that no format may stumble over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from grader.classroom.results import Batch, Grade, Past
from grader.findings.base import Finding, Spot
from grader.findings.of_case import Broke, GraderFailed, LeftOut, Lines, Needs, OffBy, Refused
from grader.findings.of_errors import Idea, Line, Trait, WrongOnlyWhere
from grader.report import CaseResult, Departure, Diagnosis, Report, refused
from grader.sandbox.base import Isolation

HOSTILE = (
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r\n=1+1",
    "  =1+1",
    '"=1+1',
    "ada;=1+1",
    'ada";"=1+1',
    "\uff1d1+1",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "]]>",
    "<![CDATA[x",
    "&lt;&amp;",
    "nul\0bell\x07escape\x1b[31m",
    "\u202egnp.exe",
    "half \ud800 a pair",
    "\ufffe\uffff",
    "two\nlines\r\nand\u2028more",
    "x" * 10_000,
    "\U0001f600 e\u0301\u0301\u0301\u0301 \U0001f469\u200d\U0001f4bb",
    "::error::owned",
    "::stop-commands::x\n::error file=a,line=1::owned",
    "##[error]owned",
    "100%0A::error::owned",
    "pipe | pipe || `code` ``` ~~~",
    "[link](javascript:alert(1)) ![image](http://example.org/x.png) https://example.org www.example.org",
    "# heading\n- item\n1. one\n> quote\n---\n***bold*** __bold__ ~~gone~~ $x$ \\ <!-- x -->",
    "Lovelace, Ada",
    " ",
)
WALLED = Isolation(layers=("process", "seccomp"), missing=(), level="strong")
EPS = Idea(
    name="eps_outside_root",
    title="eps outside the square root",
    text="eps is added to the standard deviation. Where does eps stand?",
)
AFFINE = Idea(name="missing_affine", title="gamma and beta are left out", text="Nothing is scaled. What scales?")
IDEA = Diagnosis(ideas=(EPS,))
TWO = Diagnosis(ideas=(EPS, AFFINE))
VALUES = OffBy(index=(0, 5), part="", expected=0.3012, got=0.9554, error=0.6542, allowed=1.9e-06, count=48, size=48)
RAISED = Broke(why="raised", type="TypeError", message="no", spots=(Spot(line=3, text="return x[1]", function="f"),))
FIRST_WRONG = Line(what="departs", spot=Spot(line=18, text="y = x | 1"), right=("mean",), missing="variance")
LEFT_OUT = LeftOut(
    why="blocked", failed=Spot(line=2, text="open('x')"), entry="f", lines=(Lines(cell=None, first=1, last=3),)
)
WHEN = datetime(2026, 11, 21, 22, 5, 7, tzinfo=timezone(timedelta(hours=2)))


def in_these_words(found):
    """A finding that says these words; a finding as it is; None of nothing."""
    return found if isinstance(found, Finding) else Refused(why="x", message=found) if found else None


def case(name, outcome, found=None, points=2.0, **fields):
    earned = points if outcome == "right" else 0.0
    given = {"situation": "num_groups=4  x: float32[3, 16]", "seed": 7, "finding": in_these_words(found), **fields}
    return CaseResult(name=name, outcome=outcome, points=earned, max_points=points, **given)


def report(*cases, **fields):
    return Report(**{"exercise": "group_norm_nd", "cases": cases, "seed": 7, "seconds": 0.314, **fields})


RIGHT = report(case("small", "right"), case("large", "right", points=0.5), isolation=WALLED)
MIXED = report(
    case("small", "right", output="printed"),
    case("large", "wrong", VALUES, points=0.5, diagnosis=IDEA, output="a line\n"),
    case("larger", "wrong", VALUES, diagnosis=IDEA),
    case("raises", "wrong", RAISED),
    case("gradient", "skipped", Needs(case="large")),
    case("ours", "not_checked", GraderFailed(type="ZeroDivisionError", message="ours")),
    isolation=WALLED,
    departure=Departure(case="larger", found=FIRST_WRONG),
    left_out=(LEFT_OUT,),
)
TWOFOLD = report(case("small", "wrong", VALUES, diagnosis=TWO), case("large", "right"), isolation=WALLED)
REFUSED = report(
    case("small", "wrong", "the file is empty"),
    case("large", "wrong", "the file is empty", points=0.5),
    error=refused("empty", "the file is empty"),
)
NOTHING = report(
    case("small", "wrong", "nothing was handed in"),
    error=refused("nothing", "nothing was handed in"),
)
FAULT = report(
    case("small", "not_checked", "no worker"),
    case("large", "not_checked", "no worker", points=0.5),
    error=refused("grader", "the worker could not be started"),
    fault=True,
)
BARE = Report(exercise="", cases=(), seed=None, seconds=0.0, error=refused("misuse", "no"), fault=True)
REPORTS = {
    "right": RIGHT,
    "mixed": MIXED,
    "twofold": TWOFOLD,
    "refused": REFUSED,
    "nothing": NOTHING,
    "fault": FAULT,
    "hidden": replace(RIGHT, seed=None, cases=tuple(replace(c, seed=None, visibility="hidden") for c in RIGHT.cases)),
    "bare": BARE,
}


def hostile(text):
    """A report that says text wherever a program or its author has a say."""
    idea = Diagnosis(ideas=(Idea(name=text, title=text, text=text),))
    at = Spot(line=3, cell=text, text=text, function=text)
    raised = Broke(why="raised", type=text, message=text, entry=text, names=(text,), spots=(at,))
    seen = Diagnosis(observations=(WrongOnlyWhere(traits=(Trait(name="default", argument=text),)),))
    found = Line(what="departs", spot=at, called_from=at, right=(text,), missing=text, detail=text)
    return report(
        case(text, "wrong", text, situation=text, output=text, diagnosis=idea),
        case(f"2 {text}", "not_checked", text),
        case(f"3 {text}", "skipped", text),
        case(f"4 {text}", "wrong", raised),
        case(f"5 {text}", "wrong", raised, diagnosis=seen),
        note=text,
        departure=Departure(case=text, found=found),
        left_out=(LeftOut(why=text, failed=at, entry=text, lines=(Lines(cell=text, first=1, last=2),), more=True),),
        isolation=WALLED,
    )


def grade(student, of=RIGHT, **fields):
    given = {"name": student, "file": f"{student}.py", "sha256": "", "graded": WHEN, "seed": 5, **fields}
    return Grade(student=student, report=of, **given)


def batch(*grades, **fields):
    given = {"exercise": "group_norm_nd", "title": "Group normalization, per position", "hidden": True, "practice": ""}
    return Batch(**{**given, **fields}, grades=grades)


CLASS = batch(
    grade("ada", name="Lovelace, Ada", sha256="a" * 64),
    grade("bob", MIXED, sha256="b" * 64, history=(Past(outcome="wrong", score=0.0, graded=WHEN, why="seed, grader"),)),
    grade("cyd", TWOFOLD, sha256="a" * 64),
    grade("dan", REFUSED, sha256="d" * 64),
    grade("eve", NOTHING, file=""),
    grade("flo", FAULT, sha256="f" * 64),
)
HOSTILE_CLASS = batch(
    *(grade(f"{n} {text}", hostile(text), name=text, file=text) for n, text in enumerate(HOSTILE)),
    *(grade(text, hostile(text), name=text, file=text) for text in HOSTILE),
    title=HOSTILE[0],
    practice=HOSTILE[11],
)
UTC_SHOWN = WHEN.astimezone(UTC)
