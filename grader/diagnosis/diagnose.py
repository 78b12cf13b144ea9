"""From the answers of a wrong run to words for the learner: a named idea, else what the errors themselves say."""

from collections.abc import Mapping

from exercises.spec import Exercise, Misconception, Raises
from grader.diagnosis import rounding, structure
from grader.diagnosis.evidence import Evidence, gather
from grader.diagnosis.gradient import of_gradients
from grader.diagnosis.matching import fitting, fitting_pairs, forms, told
from grader.diagnosis.measured import of_measured
from grader.diagnosis.training import of_training
from grader.plan import PlannedCase
from grader.report import Diagnosis
from grader.transcript import Answer


def diagnose(exercise: Exercise, cases: tuple[PlannedCase, ...], answers: Mapping[int, Answer]) -> dict[int, Diagnosis]:
    """Says what a wrong run shows, for each case that it explains, by the case's index.

    A wrong diagnosis is worse than none: two ideas that fit equally well name neither, and what is said of the errors
    is no more than can be seen in them.

    Args:
      exercise: its misconceptions and its reference.
      cases: the plan's.
      answers: by the case's index, as far as there are any.
    """
    if trained := of_training(exercise, cases, answers):
        return trained
    evidence = gather(cases, answers, exercise.reference)
    all_right = not (evidence.wrong or evidence.failed)
    if all_right and (found := of_gradients(exercise, cases, answers) or of_measured(exercise, cases, answers)):
        return found
    if found := _named(exercise, evidence):
        return dict.fromkeys(_comparable(cases, answers), found)
    return structure.described(evidence, cases)


def _named(exercise: Exercise, evidence: Evidence) -> Diagnosis | None:
    """One idea, or one of those that live in rounding, or two at once."""
    ideas = [form for m in exercise.misconceptions for form in forms(m, exercise.assemble)]
    fits = list({m.name: m for m in fitting(ideas, evidence, exercise.reference)}.values())
    fits = fits or [m for m in exercise.misconceptions if m.rounding and rounding.fits(m.rounding, evidence)]
    if fits:
        return told(fits[0]) if len(fits) == 1 else None
    if evidence.wrong and structure.thoughtless(evidence.wrong):
        return None
    twos = fitting_pairs(exercise, evidence)
    if len(twos) != 1:
        return None
    first, second = twos[0]
    return Diagnosis(
        misconception=f"{first.name}+{second.name}",
        text=f"Two mistakes at once: {first.title}; and {second.title}. {_question(first)} {_question(second)}",
    )


def _question(idea: Misconception) -> str:
    """The last sentence of its text."""
    return idea.text[idea.text.rindex(". ") + 2 :]


def _comparable(cases: tuple[PlannedCase, ...], answers: Mapping[int, Answer]) -> list[int]:
    """Cases with arrays to look at."""
    return [
        i for i, answer in answers.items() if answer.problem is None and not isinstance(cases[i].case.check, Raises)
    ]
