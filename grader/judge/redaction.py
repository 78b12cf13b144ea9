"""What a report may say where inputs come from a secret seed: nothing that a submission could smuggle them out with.

The worker must hold a case's inputs, and a submission can put what it holds into whatever a report repeats: its output,
a message, the name of an exception or a parameter, a shape, a number, the line that an error comes from. A hidden run
repeats none of those, of no case. What is left are verdicts, an idea's name, the kind of an exception, and what follows
from the text of the file alone: some bits a run, which help nobody as long as every run draws another seed.
"""

import ast
import signal
from collections.abc import Collection
from dataclasses import fields, replace

from grader.findings import of_case
from grader.findings.base import Finding
from grader.findings.of_errors import Diagnosis
from grader.judge.comparison import Comparison
from grader.sandbox.base import Ending, Run
from grader.sandbox.transcript import Answer, Problem

WORDS = "(not shown in a hidden run)"
# The exceptions whose names say nothing of values: Python's common ones, and those with which JAX refuses a tracer.
CONCRETE = (
    *("ConcretizationTypeError", "NonConcreteBooleanIndexError", "TracerArrayConversionError"),
    *("TracerBoolConversionError", "TracerIntegerConversionError", "UnexpectedTracerError"),
)
_COMMON = {
    *("AssertionError", "AttributeError", "IndexError", "KeyError", "NameError", "NotImplementedError", "TypeError"),
    *("ValueError", "ZeroDivisionError"),
    *CONCRETE,
}
# The signals that kill a program by accident. It could send itself others, and it may exit with any status.
ACCIDENTS = {signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT, signal.SIGFPE, signal.SIGILL}
LIMITS = ("time", "answers", "memory", "threads")  # whose detail is the limit that was passed
# What may be said of an answer in a hidden run: of each kind of finding these fields, which follow from the exercise.
# What is not named here becomes None; a kind that is not here is not told at all. Endings and broken programs are
# redacted before they are findings, by ``without_words``.
ALLOWED: dict[type[Finding], tuple[str, ...]] = {
    of_case.WrongShape: ("what", "expected", "as_x", "gradient_of"),
    of_case.WrongCount: ("expected", "gradient_of"),
    of_case.WrongDtype: ("what", "of_x", "or_wider", "gradient_of"),
    of_case.WrongParameters: ("expected",),
    of_case.WrongStart: ("name", "expected"),
    of_case.ChangedInput: (),
    of_case.NotRepeated: (),
    of_case.WrongSignature: ("entry", "expected"),
    of_case.NotRaised: ("rule",),
    of_case.NotMeasured: ("what",),
    of_case.WrongScores: ("classes", "expected"),
    of_case.NoScoresAlone: (),
    of_case.Broke: ("why", "type", "message", "entry", "names", "spots", "installed"),
    of_case.Stopped: ("why", "limit", "phase", "status", "together"),
    of_case.NotReached: ("ended_at",),
    of_case.Needs: ("case",),
}


def without_words(run: Run, source: str, forbidden: Collection[str]) -> Run:
    """The run without anything that its program chose to say.

    Args:
      run: what happened.
      source: the submission's text, which the learner knows.
      forbidden: what it may not call; these names may be said.
    """

    def problem(given: Problem | None) -> Problem | None:
        return given and _problem(given, source, forbidden)

    def answer(given: Answer) -> Answer:
        return replace(given, problem=problem(given.problem), printed="")

    heard = run.transcript
    answers = {index: answer(given) for index, given in heard.answers.items()}
    rejected = problem(heard.rejected)
    transcript = replace(heard, rejected=rejected, printed="", cut=False, answers=answers, traced=None)
    return replace(run, transcript=transcript, ending=_ending(run.ending), printed="")


def comparison(given: Comparison) -> Comparison:
    """The comparison with a finding that a hidden run may tell, and without values."""
    if given.outcome == "not_checked":
        return replace(given, finding=of_case.GraderFailed(), margin=None, values=None)
    return replace(given, finding=given.finding and _finding(given.finding), margin=None, values=None)


def diagnosis(given: Diagnosis) -> Diagnosis | None:
    """A named idea; what else is said of errors has numbers in it."""
    return Diagnosis(ideas=given.ideas) if given.ideas else None


def _finding(given: Finding) -> Finding:
    allowed = ALLOWED.get(type(given))
    if allowed is None:
        return of_case.Hidden()
    withheld = {name: _WITHHELD.get(name) for name in (field.name for field in fields(given)) if name not in allowed}
    return replace(given, **withheld)


_WITHHELD = {"hidden": True, "what": ""}  # what stands for a field that is not told, where that is not None


def _ending(given: Ending) -> Ending:
    """Its kind, and the limit that was passed; an ending that is our own fault is told as it is."""
    if given.kind == "not_started":
        return given
    status = given.status if given.status is not None and -given.status in ACCIDENTS else None
    return replace(given, status=status, detail=given.detail if given.kind in LIMITS else "")


def _problem(problem: Problem, source: str, forbidden: Collection[str]) -> Problem:
    """Its kind, with what is known without running the program."""
    bare = Problem(kind=problem.kind, message=WORDS, exception=problem.exception)
    match problem.kind:
        case "syntax":
            return _syntax(source) or bare
        case "missing":
            return replace(bare, names=_defined(source))
        case "constructor":
            return replace(bare, names=("the arguments of the statement",))
        case "forbidden" if problem.message in forbidden:
            return replace(bare, message=problem.message)
        case "memory":
            return replace(bare, message="")
        case "returned" | "dtype":
            return replace(bare, type="the output" if problem.type == "the output" else "what is made")
        case "raised":
            return replace(bare, type=problem.type if problem.type in _COMMON else "an exception")
    return bare


def _syntax(source: str) -> Problem | None:
    """What Python says of the text, which it reads here without running it."""
    try:
        ast.parse(source)
    except SyntaxError as error:
        frames = ((error.lineno, ""),) if error.lineno else ()
        return Problem(kind="syntax", type=type(error).__name__, message=error.msg, frames=frames)
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


def _defined(source: str) -> tuple[str, ...]:
    """The classes and functions that the text defines at its top level."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(node.name[:60] for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef))
