"""What reports come to in words, for tests that read them as a person would."""

from grader.findings.of_case import Broke
from grader.judge.comparison import Comparison
from grader.judge.judge import judge
from grader.reports import diagnosis_in_words, sentences


def said(case):
    """Why a case is not right; of an error, why nothing was graded."""
    return sentences.message(case.finding)


def explained(diagnosis):
    """A diagnosis in words."""
    return diagnosis_in_words.text(diagnosis)


def named(diagnosis):
    """Names of a diagnosis's ideas, with a "+" between two; empty where there are none."""
    return "+".join(idea.name for idea in diagnosis.ideas)


def located(departure):
    """Where a program goes wrong, in words."""
    return diagnosis_in_words.line(departure.found)


def compared(index, case, reference, answer):
    """What the pipeline makes of an answer."""
    if answer.problem:
        return Comparison(index=index, case=case, outcome="wrong", finding=Broke(why=answer.problem.kind))
    return judge(index, case, reference, answer)
