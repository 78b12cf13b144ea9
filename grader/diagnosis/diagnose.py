"""From the comparisons of a wrong run to a diagnosis: a named idea, else what the errors themselves show."""

from collections.abc import Sequence

from grader.course import Exercise, Raises
from grader.diagnosis import rounding, structure
from grader.diagnosis.evidence import Evidence, gather
from grader.diagnosis.gradient import of_gradients
from grader.diagnosis.matching import fitting, fitting_pairs, forms, named
from grader.diagnosis.measured import of_measured
from grader.diagnosis.training import of_training
from grader.findings.of_errors import Diagnosis
from grader.judge.comparison import Comparison


def diagnose(exercise: Exercise, comparisons: Sequence[Comparison]) -> dict[int, Diagnosis]:
    """Says what a wrong run shows, for each case that it explains, by the case's index.

    A wrong diagnosis is worse than none: two ideas that fit equally well name neither, and what is said of the errors
    is no more than can be seen in them.

    Args:
      exercise: its misconceptions and its reference.
      comparisons: of the cases that were answered.
    """
    if trained := of_training(exercise, comparisons):
        return trained
    evidence = gather(comparisons)
    all_right = not (evidence.wrong or evidence.failed)
    if all_right and (found := of_gradients(exercise, comparisons) or of_measured(exercise, comparisons)):
        return found
    if found := _named(exercise, evidence):
        return dict.fromkeys(_with_arrays(comparisons), found)
    return structure.described(evidence)


def _named(exercise: Exercise, evidence: Evidence) -> Diagnosis | None:
    """One idea, or one of those that live in rounding, or two at once."""
    ideas = [form for m in exercise.misconceptions for form in forms(m, exercise.assemble)]
    fits = list({m.name: m for m in fitting(ideas, evidence, exercise.reference)}.values())
    fits = fits or [m for m in exercise.misconceptions if m.rounding and rounding.fits(m.rounding, evidence)]
    if fits:
        return named(fits[0]) if len(fits) == 1 else None
    if evidence.wrong and structure.thoughtless(evidence.wrong):
        return None
    twos = fitting_pairs(exercise, evidence)
    return named(*twos[0]) if len(twos) == 1 else None


def _with_arrays(comparisons: Sequence[Comparison]) -> list[int]:
    """Indices of cases in which arrays were asked for and the program did not break."""
    return [c.index for c in comparisons if c.answered is not None and not isinstance(c.case.case.check, Raises)]
