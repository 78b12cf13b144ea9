"""The catalogue: every finding in words that a beginner understands. Nowhere else is English made of a finding.

No code reads what is written here: what decides anything is in the finding's fields.
"""

import difflib
import math
import signal
from collections.abc import Callable, Sequence
from functools import singledispatch
from itertools import groupby

from grader.findings import of_case
from grader.findings.base import Finding, Spot
from grader.findings.of_case import MadeParameter, Phase
from grader.text import copied
from grader.worker.wire import PRINTED_CAP

SHOWN_CAP, SHOWN_LINES = 600, 6  # of an exception's message
TRACEBACK = "Traceback (most recent call last):"
SIGNALS = {
    "SIGSEGV": " (a crash inside Python: often a recursion without an end)",
    "SIGKILL": " (often for want of memory)",
    "SIGABRT": " (a library gave up, often for want of memory)",
}
OUTPUT_CUT = (
    f"what the program printed was cut: the first {PRINTED_CAP:,} characters are kept of the import and each case"
)
PHASES: dict[Phase, str] = {
    "importing": "while it was imported",
    "before_case": "before this case",
    "case": "in this case",
    "compiling": "in this case, while jit compiled it",
    "compiled": "in this case, while it ran",
}

# What lines did on import that were left out, by why; the others failed.
LEFT_OUT = {
    "blocked": "was blocked by the sandbox",
    "exited": "ended the program",
    "forbidden": "used what is not allowed",
    "memory": "ran out of memory",
    "time": "ran out of time",
    "slow": "took most of the time",
    "threads": "started too many threads",
    "answers": "sent back too much",
    "garbled": "wrote into the grader's own channel",
    "broken": "changed parts of Python itself",
    "gone": "ended the process",
}

# What jit and vmap refuse: the program asks for a value while there are only shapes and dtypes.
_TRACED = "under jit or vmap an array has a shape and a dtype, but no values yet"
CONCRETE = {
    "TracerBoolConversionError": (
        f"Python asks here whether an array is true (if, while, assert, and, or): {_TRACED}. "
        "Ask about shapes instead, or choose between values with jnp.where or jax.lax.cond"
    ),
    "TracerIntegerConversionError": (
        f"an array serves as a Python integer here (an index, a size, range): {_TRACED}. "
        "Take the number from a shape or from the module's fields"
    ),
    "TracerArrayConversionError": (
        f"NumPy is asked to work on a traced array here: {_TRACED}. Use the function of jax.numpy"
    ),
    "ConcretizationTypeError": (
        f"an array becomes a Python number here (float, int, .item()), or a size depends on its values: {_TRACED}. "
        "Leave it an array; to choose by its values, use jnp.where instead of if"
    ),
    "NonConcreteBooleanIndexError": (
        f"a mask chooses how many values remain here: {_TRACED}. Keep the shape, and use jnp.where"
    ),
    "UnexpectedTracerError": "a value of one traced call is used after it: return what you need instead of storing it",
}
INSTEAD = {
    "variable": "a variable, but not an nnx.Param",
    "array": "an array, but not an nnx.Param",
    "late": "created by the first call, not with the module",
}


@singledispatch
def of(finding: Finding) -> str:
    """The finding in words: a clause without a full stop, or whole sentences."""
    raise TypeError(f"the catalogue has no sentence for {type(finding).__name__}")


def message(finding: Finding | None) -> str:
    """The same, through one door; empty where there is no finding."""
    return "" if finding is None else of(finding)


def place(spot: Spot) -> str:
    """Where a line stands for its author: "line 18", or in a notebook "cell 4, line 3"."""
    if spot.cell is None:
        return f"line {spot.line}"
    return f"cell {spot.cell}, line {spot.line}" if spot.cell else "a cell"


# Values


@of.register
def _(found: of_case.OffBy) -> str:
    want, got = _two_numbers(found.expected, found.got)
    off, limit = _two_numbers(found.error, found.allowed, digits=2)
    at = f"{found.part}[{', '.join(map(str, found.index))}]" if found.index else found.part
    where = f" at {at}" if at else ""
    off = f"off by {off}, " if math.isfinite(found.error) else ""
    rounding = "; only rounding differs" if found.rounding_only else ""
    counted = f"{found.count} of {found.size} values {'is' if found.count == 1 else 'are'} wrong"
    return f"{_gradient(found.gradient_of)}expected {want}, got {got}{where}; {off}allowed {limit}; {counted}{rounding}"


@of.register
def _(found: of_case.WrongShape) -> str:
    asked = f"the same shape as x, {found.expected}" if found.as_x else f"shape {found.expected}"
    yours = _yours("has shape", found.got)
    return f"{_gradient(found.gradient_of)}{found.what or 'the output'} must have {asked}{yours}"


@of.register
def _(found: of_case.WrongCount) -> str:
    got = None if found.got is None else "one array" if found.got == 0 else f"a tuple of {found.got}"
    asked = f"a tuple of {len(found.expected)} arrays: {', '.join(found.expected)}" if found.expected else "one array"
    return f"{_gradient(found.gradient_of)}the output must be {asked}{_yours('is', got)}"


@of.register
def _(found: of_case.WrongDtype) -> str:
    if found.what == "scores":
        yours = f"; yours are {found.got}" if found.got else ""
        return f"the scores must be of a floating-point dtype{yours}"
    yours = _yours("is", found.got)
    if not found.of_x:
        return f"{found.what} must be of a floating-point dtype{yours}"
    asked = f"{found.of_x} or wider" if found.or_wider else found.of_x
    what = found.what or "the output"
    return f"{_gradient(found.gradient_of)}x is {found.of_x}: {what} must be {asked}{yours}"


def _gradient(of_what: str) -> str:
    return f"the gradient with respect to {of_what}: " if of_what else ""


def _yours(verb: str, got: object) -> str:
    return "" if got is None else f"; yours {verb} {got}"


def _two_numbers(a: float, b: float, digits: int = 4) -> tuple[str, str]:
    """Both numbers with as few digits as show them apart, and no fewer than asked for."""
    digits = next((d for d in range(digits, 17) if f"{a:.{d}g}" != f"{b:.{d}g}"), 17)
    return f"{a:.{digits}g}", f"{b:.{digits}g}"


@of.register
def _(found: of_case.ChangedInput) -> str:
    what = " and ".join(found.names or ()) or "what it was given"
    return f"the call changed {what}, which the caller may still need: make new arrays instead"


@of.register
def _(_found: of_case.NotRepeated) -> str:
    told = "the same input gives another output after other calls"
    return f"{told}; which line keeps something from one call to the next?"


# Arguments and parameters


@of.register
def _(found: of_case.WrongSignature) -> str:
    asked = f"({', '.join(found.expected)})"
    if found.got is None:
        return f"the arguments of {found.entry} must be {asked}, in this order and with these defaults"
    return f"{found.entry}'s arguments are ({', '.join(found.got)}), and the statement asks for {asked}"


@of.register
def _(found: of_case.WrongParameters) -> str:
    yours = "" if found.got is None else f"; yours are {', '.join(map(_made, found.got)) or 'none'}"
    return f"the parameters must be {', '.join(found.expected) or 'none'}{yours}"


def _made(parameter: MadeParameter) -> str:
    return f"{parameter.name} ({INSTEAD[parameter.instead]})" if parameter.instead else parameter.name


@of.register
def _(found: of_case.WrongStart) -> str:
    yours = "" if found.got is None else f"; yours holds {found.got:g}"
    return f"{found.name} must be initialised to {found.expected:g} everywhere{yours}"


# Refusals, and what is measured


@of.register
def _(found: of_case.NotRaised) -> str:
    rule = f"{found.rule}: the call must raise an exception"
    if found.did is None:
        return rule
    if found.did == "returned" and not found.what:
        returned = "a tuple" if found.shape is None else f"an array of shape {found.shape}"
        return f"{rule}; yours returned {returned}"
    did = {
        "exited": "ended the program",
        "returned": f"returned {found.what}",
        "raised": f"raised {found.what or 'no exception'}",
    }
    return f"{rule}, such as ValueError; yours {did[found.did]}"


@of.register
def _(found: of_case.KeptTooMuch) -> str:
    return f"the call keeps {found.kept} bytes for the backward pass, and x has {found.of_x}; {found.needed} are enough"


@of.register
def _(found: of_case.SentTooMuch) -> str:
    return (
        f"each device sends {found.sent} bytes to the others, and its piece of x has {found.of_piece}; "
        f"{found.needed} are enough, and {found.allowed} are allowed"
    )


@of.register
def _(found: of_case.NotMeasured) -> str:
    whats = {"kept": "what the call keeps for the backward pass", "sent": "what the devices send to each other"}
    return f"{whats[found.what]} cannot be measured"


# A trained classifier


@of.register
def _(found: of_case.WrongScores) -> str:
    asked = f"the classifier must return {found.classes} scores for each image, shape {found.expected} here"
    if found.hidden:
        return asked
    return f"{asked}; yours {'is a tuple' if found.got is None else f'has shape {found.got}'}"


@of.register
def _(_found: of_case.NoScoresAlone) -> str:
    return "one image by itself, shape (1, ...), must get its scores too"


@of.register
def _(_found: of_case.ScoresNotFinite) -> str:
    return "some scores are not finite numbers"


@of.register
def _(found: of_case.OthersMatter) -> str:
    what = f"{found.count} of {found.alone} images get other scores by themselves than beside the others"
    return f"{what}; {_accuracy(found.right, found.images)}"


@of.register
def _(found: of_case.Inaccurate) -> str:
    return f"{_accuracy(found.right, found.images)}; at least {found.at_least:.0%} must be"


def _accuracy(right: int, images: int) -> str:
    return f"{right} of {images} held-back images are classified correctly: {right / images:.1%}"


@of.register
def _(_found: of_case.Hidden) -> str:
    return "the values are wrong; a hidden run shows none"


# Programs that broke


@of.register
def _(found: of_case.Broke) -> str:
    where = "".join(f"\n{place(s)}{f', in {s.function}' if s.function else ''}: {s.text}" for s in found.spots)
    return _BROKE.get(found.why, _raised)(found, _shortened(found.message), where)


def _import_failed(found: of_case.Broke, said: str, where: str) -> str:
    only = "a submission may import Python's own modules, numpy, jax, flax, optax, and modules that lie beside its file"
    installed = " (it is installed, but what is not loaded beforehand is closed to a submission)"
    return f"an import failed{_after(said)}{installed if found.installed else ''}; {only}{where}"


def _blocked(found: of_case.Broke, said: str, where: str) -> str:
    closed = "files, network and other processes are closed to a submission"
    return f"blocked: {closed} ({': '.join(filter(None, (found.type, said)))}){where}"


def _missing(found: of_case.Broke, _said: str, _where: str) -> str:
    if not found.names:
        return f"the file defines no {found.entry}, nor any other class or function"
    close = difflib.get_close_matches(found.entry, found.names, n=1, cutoff=0.5)
    hint = f"; is it {close[0]}? Then rename it" if close else ""
    if close and not close[0].isascii():
        written = close[0].encode("ascii", "backslashreplace").decode("ascii")
        hint = f"; {close[0]} has a letter of another alphabet ({written}): type it again"
    return f"the file defines no {found.entry}; it defines {', '.join(found.names[:6])}{hint}"


def _raised(found: of_case.Broke, said: str, where: str) -> str:
    # Raised in the learner's own line, and not by JAX for what it cannot do there.
    if found.type == "NotImplementedError" and any("raise " in spot.text for spot in found.spots):
        return f"not written yet: it raises NotImplementedError{where}"
    if found.type == "EOFError":
        return f"input() has nobody to ask here: remove it{where}"
    if found.type in CONCRETE:
        return f"{CONCRETE[found.type]}{where}"
    return f"raised {found.type or 'an exception'}{_after(said) or ', without a message'}{where}"


_BROKE: dict[str, Callable[[of_case.Broke, str, str], str]] = {
    "syntax": lambda _, said, where: f"Python cannot read the file{_after(said)}{copied(said)}{where}",
    "import": _import_failed,
    "forbidden": lambda _, said, where: f"not allowed here: {said}; write what it does yourself{where}",
    "memory": lambda _, said, where: f"out of memory{_after(said)}{where}",
    "blocked": _blocked,
    "exited": lambda _, said, where: f"the program ended itself with sys.exit or exit(); a module must return{where}",
    "missing": _missing,
    "not_module": lambda found, said, _: (
        f"{found.entry} must be a class that derives from {found.type}; here it is {said}"
    ),
    "not_function": lambda found, said, _: f"{found.entry} must be a function; here it is {said}",
    "constructor": lambda found, said, _: f"{found.entry} must {_takes(found.names)}{_after(said)}",
    "parameters": lambda _, said, where: f"{said}; the statement lists the parameters it must create",
    "returned": lambda found, said, _: f"{found.type} must be an array; yours is {said}",
    "dtype": lambda found, said, _: f"{found.type} must be of a floating-point dtype; yours is {said}",
    "too_large": lambda _, said, where: f"returned {said}, far larger than what was asked for",
}


def _takes(names: tuple[str, ...]) -> str:
    return f"take {' and '.join(names)}" if names else "need no argument"


def _after(said: str) -> str:
    """What is said, after a colon; an exception may come without a message."""
    return f": {said}" if said else ""


def _shortened(said: str) -> str:
    """The first lines of a long message; of a traceback within it, such as a callback's, only what was raised."""
    before, traceback, after = said.partition(TRACEBACK)
    if traceback:
        said = f"{before.strip()} {after.strip().splitlines()[-1] if after.strip() else ''}".strip()
    lines = said[:SHOWN_CAP].splitlines()
    cut = len(said) > SHOWN_CAP or len(lines) > SHOWN_LINES
    return "\n".join([*lines[:SHOWN_LINES], *(["..."] if cut else [])])


# Runs that ended early


@of.register
def _(found: of_case.Stopped) -> str:
    during = PHASES[found.phase]
    match found.why:
        case "time":
            waits = ", or a collective operation to which not every device comes" if found.together else ""
            return f"out of time: stopped after {found.limit} {during}; is there a loop without an end{waits}?"
        case "memory":
            return f"out of memory: took more than {found.limit} and was stopped {during}"
        case "threads":
            return f"started more than {found.limit} threads and was stopped {during}"
        case "answers":
            return f"sent back more than {found.limit} and was stopped {during}"
        case "garbled":
            return f"wrote into the grader's own channel and was stopped {during}"
        case "gone" if found.status is not None and found.status < 0:
            name = _signal(-found.status)
            return f"the process was killed by signal {name} {during}{SIGNALS.get(name, '')}"
        case "gone":
            status = "" if found.status is None else f" (exit status {found.status})"
            return f"the process ended by itself {during}{status}; a module must return, not exit"
        case "broken":
            changed = "changed parts of Python itself (such as os, sys or json)"
            return f"the program {changed} so that the worker could not go on {during}"
        case "finished":
            return f"gave no answer {during}"
    return found.limit


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


@of.register
def _(found: of_case.LeftOut) -> str:
    failed = place(found.failed) if found.failed else "the file"
    lines = f"{_listed(found.lines)}{', ...' if found.more else ''}"
    why = f"{failed} {LEFT_OUT.get(found.why, 'failed')} on import"
    return f"{why}; {found.entry} was graded without what it does not need: {lines}"


def _listed(found: Sequence[of_case.Lines]) -> str:
    """Lines as "lines 1, 3-5", or in a notebook "cell 2, lines 1-3; cell 4, line 1"."""
    parts = []
    for cell, own in groupby(found, key=lambda lines: lines.cell):
        pieces = [str(n.first) if n.first == n.last else f"{n.first}-{n.last}" for n in own]
        word = "line" if len(pieces) == 1 and "-" not in pieces[0] else "lines"
        parts.append(f"{f'cell {cell}, ' if cell else ''}{word} {', '.join(pieces)}")
    return "; ".join(parts)


@of.register
def _(found: of_case.NotReached) -> str:
    return f'not reached: the program ended at "{found.ended_at}"'


@of.register
def _(found: of_case.Needs) -> str:
    return f'"{found.case}" must be right first'


@of.register
def _(found: of_case.Refused) -> str:
    return found.message


@of.register
def _(found: of_case.NotStarted) -> str:
    return f"{found.detail}; this is not the submission's fault"


@of.register
def _(found: of_case.GraderFailed) -> str:
    return f"the grader failed here{_after(found.type)}{_after(found.message if found.type else '')}"
