"""What a report may say where inputs come from a secret seed: nothing that a submission could smuggle them out with.

The worker must hold a case's inputs, and a submission can put what it holds into whatever a report repeats: its output,
a message, the name of an exception, of a function or of a parameter, a shape. A hidden run repeats none of those, of no
case. What is left are verdicts, an idea's name, and lines of the submission's own text: a few bits a run, which help
nobody as long as every run draws another seed.
"""

import builtins
from dataclasses import replace

from grader.judge import Verdict
from grader.report import Diagnosis
from grader.runners.base import Run
from grader.sentences import CONCRETE
from grader.transcript import Answer, Problem

VALUES = "the values are wrong; they are not shown, as the inputs of this case are hidden"
WORDS = "(not shown, as inputs are hidden)"
NAMES = {"missing": "names that are not shown here", "constructor": "the arguments of the statement"}
_KNOWN = {name for name, value in vars(builtins).items() if isinstance(value, type)} | set(CONCRETE) | {"the output"}


def without_words(run: Run) -> Run:
    """The run without anything that its program said."""
    heard = run.transcript
    traced = heard.traced and replace(heard.traced, problem=_problem(heard.traced.problem))
    answers = {index: _answer(answer) for index, answer in heard.answers.items()}
    transcript = replace(heard, rejected=_problem(heard.rejected), printed="", answers=answers, traced=traced)
    return replace(run, transcript=transcript, printed="")


def verdict(given: Verdict) -> Verdict:
    """The verdict without values, and of a refused answer the rule alone."""
    if given.outcome != "wrong" or (given.margin is None and not given.refused):
        return replace(given, margin=None)
    return replace(given, message=given.message.partition(";")[0] if given.refused else VALUES, margin=None)


def diagnosis(given: Diagnosis) -> Diagnosis | None:
    """A named idea; what else is said of errors has numbers in it."""
    return given if given.misconception else None


def _answer(answer: Answer) -> Answer:
    return replace(answer, problem=_problem(answer.problem), printed="")


def _problem(problem: Problem | None) -> Problem | None:
    """Its kind, the innermost line, and the exception's type if that is Python's or JAX's own."""
    if problem is None:
        return None
    other = "what is returned" if problem.kind in ("returned", "dtype") else ""
    return Problem(
        kind=problem.kind,
        type=problem.type if problem.type in _KNOWN else other,
        message=WORDS,
        frames=tuple((line, "") for line, _ in problem.frames[-1:]),
        exception=problem.exception,
        names=(NAMES[problem.kind],) if problem.kind in NAMES else (),
    )
