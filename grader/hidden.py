"""What a report may say where inputs come from a secret seed: nothing that a submission could smuggle them out with.

The worker must hold a case's inputs, and a submission can put what it holds into whatever a report repeats: its output,
a message, the name of an exception or a parameter, a shape, a number, the line that an error comes from. A hidden run
repeats none of those, of no case. What is left are verdicts, an idea's name, the kind of an exception, and what follows
from the text of the file alone: some bits a run, which help nobody as long as every run draws another seed.
"""

import ast
from collections.abc import Collection
from dataclasses import replace

from grader.judge import Verdict
from grader.report import Diagnosis
from grader.runners.base import Run
from grader.sentences import CONCRETE
from grader.transcript import Answer, Problem

VALUES = "the values are wrong; a hidden run shows none"
WORDS = "(not shown in a hidden run)"
FAILED = "the grader failed here"
_COMMON = {
    *("AssertionError", "AttributeError", "IndexError", "KeyError", "NameError", "NotImplementedError", "TypeError"),
    *("ValueError", "ZeroDivisionError"),
    *CONCRETE,
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
    transcript = replace(heard, rejected=problem(heard.rejected), printed="", answers=answers, traced=None)
    return replace(run, transcript=transcript, printed="")


def verdict(given: Verdict) -> Verdict:
    """The verdict without values, and of a refused answer the rule alone."""
    if given.outcome == "not_checked":
        return replace(given, message=FAILED, margin=None)
    if given.outcome != "wrong" or (given.margin is None and not given.refused):
        return replace(given, margin=None)
    return replace(given, message=given.message.partition(";")[0] if given.refused else VALUES, margin=None)


def diagnosis(given: Diagnosis) -> Diagnosis | None:
    """A named idea; what else is said of errors has numbers in it."""
    return given if given.misconception else None


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
