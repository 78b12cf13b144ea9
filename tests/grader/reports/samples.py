"""Reports and classes for the tests of formats, and names that no format may stumble over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from grader.batch.result import Batch, Grade, Past
from grader.report import CaseResult, Departure, Diagnosis, Report, ReportError
from grader.runners import Isolation

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
IDEA = Diagnosis(misconception="eps_outside_root", text="The mistake: eps outside the root. Where does eps stand?")
TWO = replace(IDEA, misconception="eps_outside_root+missing_affine", text="Two mistakes at once. Which is the first?")
VALUES = "expected 0.3012, not 0.9554 at [0, 5]; 48 of 48 values are wrong"
WHEN = datetime(2026, 11, 21, 22, 5, 7, tzinfo=timezone(timedelta(hours=2)))


def case(name, outcome, message="", points=2.0, **fields):
    earned = points if outcome == "right" else 0.0
    given = {"situation": "num_groups=4  x: float32[3, 16]", "seed": 7, **fields}
    return CaseResult(name=name, outcome=outcome, points=earned, max_points=points, message=message, **given)


def report(*cases, **fields):
    return Report(**{"exercise": "group_norm_nd", "cases": cases, "seed": 7, "seconds": 0.314, **fields})


RIGHT = report(case("small", "right"), case("large", "right", points=0.5), isolation=WALLED)
MIXED = report(
    case("small", "right", output="printed"),
    case("large", "wrong", VALUES, points=0.5, diagnosis=IDEA, output="a line\n"),
    case("larger", "wrong", VALUES, diagnosis=IDEA),
    case("raises", "wrong", "raised TypeError: no\nline 3, in f: return x[1]"),
    case("gradient", "skipped", 'needs "large" right first'),
    case("ours", "not_checked", "the grader failed here: ZeroDivisionError: ours"),
    isolation=WALLED,
    departure=Departure(
        case="larger", line=18, place="line 18", text="Line 18 is the first whose values are wrong:\n    y = x | 1"
    ),
)
TWOFOLD = report(case("small", "wrong", VALUES, diagnosis=TWO), case("large", "right"), isolation=WALLED)
REFUSED = report(
    case("small", "wrong", "the file is empty"),
    case("large", "wrong", "the file is empty", points=0.5),
    error=ReportError(kind="empty", message="the file is empty"),
)
NOTHING = report(
    case("small", "wrong", "nothing was handed in"),
    error=ReportError(kind="nothing", message="nothing was handed in"),
)
FAULT = report(
    case("small", "not_checked", "no worker"),
    case("large", "not_checked", "no worker", points=0.5),
    error=ReportError(kind="grader", message="the worker could not be started"),
    fault=True,
)
BARE = Report(exercise="", cases=(), seed=None, seconds=0.0, error=ReportError(kind="misuse", message="no"), fault=True)
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
    idea = Diagnosis(misconception=text, text=text, line=3)
    return report(
        case(text, "wrong", text, situation=text, output=text, diagnosis=idea),
        case(f"2 {text}", "not_checked", text),
        case(f"3 {text}", "skipped", text),
        note=text,
        departure=Departure(case=text, line=3, place=text, text=text),
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
