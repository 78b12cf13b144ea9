"""Where a wrong program goes astray, in words: the line, what is right up to it, and what never appears."""

import ast
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from exercises.loader import Loaded
from exercises.spec import Gradient, Parameters, Value
from grader import sentences
from grader.diagnosis.trail import Trail, trail
from grader.judge import Verdict
from grader.plan import Plan, PlannedCase
from grader.report import Departure
from grader.submission import Submission
from grader.transcript import Answer, Traced

FAR = 1e12  # margins beyond it say no more
STOP = "stop_gradient"
SINGLE = 4  # bytes of float32


def case_to_trace(plan: Plan, verdicts: Sequence[Verdict]) -> int | None:
    """Index of the wrong case that shows most: single precision, several groups, values that differ, far from right."""
    wrong = [
        index
        for index, verdict in enumerate(verdicts)
        if verdict.outcome == "wrong" and isinstance(plan.cases[index].case.check, Value) and verdict.margin is not None
    ]
    return max(wrong, key=lambda index: _worth(plan.cases[index], verdicts[index].margin or 0.0), default=None)


def _worth(planned: PlannedCase, margin: float) -> tuple[bool, bool, bool, bool, float]:
    groups, channels = planned.num_groups or 1, planned.channels or 0
    several = groups > 1 and channels > 2 * groups  # with two channels a group, too much coincides
    x = planned.x.astype(np.float64)
    differ = all(np.ptp(x, axis=axis).any() for axis in range(x.ndim))  # where they do not, too much coincides too
    return planned.x.dtype.itemsize == SINGLE, several, bool(planned.parameters), differ, min(margin, FAR)


def departure(  # noqa: PLR0913, PLR0917 - what is known of a run
    exercise: Loaded,
    plan: Plan,
    submission: Submission,
    answers: Mapping[int, Answer],
    traced: Traced | None,
    wrong: Collection[str],
) -> Departure | None:
    """Says where, as far as it can be told; nothing is better than a line that leads astray.

    Args:
      exercise: has the landmarks.
      plan: its cases.
      submission: the program.
      answers: by the case's index.
      traced: the program's values in one of the cases, if a case was worth it.
      wrong: names of the cases that are wrong.
    """
    lines = submission.source.split("\n")
    if traced is None:
        return _of_gradient(plan, submission, wrong) or _of_parameters(exercise, plan, submission, answers)
    if default := _of_default(plan, submission, wrong):
        return default
    planned = plan.cases[traced.case]
    if traced.problem:
        at = f" Mend line {traced.problem.frames[-1][0]} first." if traced.problem.frames else ""
        text = (
            f"No line can be named for wrong values while the program does not run under jit: it cannot be traced.{at}"
        )
        return Departure(case=planned.case.name, line=None, text=text)
    found = trail(planned, traced, exercise.spec.reference)
    if found is None or found.line is None or (found.unfinished and not found.missing):
        return _of_parameters(exercise, plan, submission, answers)
    return Departure(case=planned.case.name, line=found.line, text=_told(found, lines))


def _told(found: Trail, lines: Sequence[str]) -> str:
    """The line with its text, and what is right before it."""
    if found.unfinished:
        line = found.caller or found.line
        told = f"All is right as far as it goes, but no {found.missing} comes after line {line}:"
        return f"{told}\n    {_text(lines, line)}"
    parts = [f"Line {found.line} is the first whose values are wrong:\n    {_text(lines, found.line)}"]
    if found.caller not in (found.line, None):
        parts.append(f"\nreached from line {found.caller}:\n    {_text(lines, found.caller)}")
    before = [name for name in found.right if name != found.missing]
    if not found.missing:
        parts.append(f"\nRight up to there: {', '.join(before)}. What comes after that should not change it.")
    elif before:
        parts.append(f"\nRight up to there: {', '.join(before)}. The right {found.missing} never appears.")
    else:
        parts.append(f"\nThe right {found.missing} never appears.")
    return "".join(parts)


def _text(lines: Sequence[str], line: int | None) -> str:
    return sentences.source_line(lines, line or 0)


def _of_default(plan: Plan, submission: Submission, wrong: Collection[str]) -> Departure | None:
    """The line of a default, where all that is wrong leaves an argument to it and what is given it is right."""
    failing = [planned for planned in plan.cases if planned.case.name in wrong]
    right = [p for p in plan.cases if p.case.name not in wrong and isinstance(p.case.check, Value)]
    for argument in plan.entry.defaults:
        if any(argument in planned.case.arguments for planned in failing):
            continue
        if not any(argument in planned.case.arguments for planned in right):
            continue
        line = _line_of_field(submission.source, plan.entry.name, argument)
        if line:
            text = f"Line {line} gives {argument} its default:\n    {_text(submission.source.split(chr(10)), line)}"
            return Departure(case=failing[0].case.name, line=line, text=text)
    return None


def _of_gradient(plan: Plan, submission: Submission, wrong: Collection[str]) -> Departure | None:
    """The line that keeps a gradient out by name, where gradients are all that is wrong."""
    failing = [planned for planned in plan.cases if planned.case.name in wrong]
    lines = [
        node.lineno
        for node in _nodes(submission.source)
        if isinstance(node, ast.Attribute | ast.Name) and getattr(node, "attr", getattr(node, "id", "")) == STOP
    ]
    if not lines or not all(isinstance(planned.case.check, Gradient) for planned in failing):
        return None
    line = min(lines)
    text = f"Line {line} keeps the gradient out:\n    {_text(submission.source.split(chr(10)), line)}"
    return Departure(case=failing[0].case.name, line=line, text=text)


def _of_parameters(
    exercise: Loaded, plan: Plan, submission: Submission, answers: Mapping[int, Answer]
) -> Departure | None:
    """The line that names a wrong parameter, where the parameters are what is wrong."""
    for index, planned in enumerate(plan.cases):
        answer = answers.get(index)
        if not isinstance(planned.case.check, Parameters) or answer is None or answer.problem:
            continue
        wrong = _wrong_parameters(exercise, planned, answer)
        lines = [(line, name) for name in wrong if (line := _line_of_string(submission.source, name))]
        if lines:
            line, name = min(lines)
            text = f'Line {line} makes the parameter "{name}":\n    {_text(submission.source.split(chr(10)), line)}'
            return Departure(case=planned.case.name, line=line, text=text)
    return None


def _wrong_parameters(exercise: Loaded, planned: PlannedCase, answer: Answer) -> list[str]:
    """Names that should not be, and names whose shape or values should not be; as the submission writes them."""
    expected = exercise.spec.reference.parameters({"x": planned.x}, planned.arguments)
    made = {name.removeprefix("params/"): a for name, a in answer.arrays.items() if name.startswith("params/")}
    extra = [name.split("/")[-1] for name in made if name not in expected]
    differing = [
        name
        for name, array in expected.items()
        if name in made and (made[name].shape != array.shape or (made[name] != array).any())
    ]
    return [*extra, *differing]


def _line_of_field(source: str, entry: str, field: str) -> int | None:
    """The line on which a field of the entry's class stands."""
    classes = (node for node in _nodes(source) if isinstance(node, ast.ClassDef) and node.name == entry)
    fields = (node for found in classes for node in found.body if isinstance(node, ast.AnnAssign))
    return next((f.lineno for f in fields if isinstance(f.target, ast.Name) and f.target.id == field), None)


def _nodes(source: str) -> list[ast.AST]:
    try:
        return list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _line_of_string(source: str, text: str) -> int | None:
    """The line on which a string stands in the program."""
    nodes = _nodes(source)
    return min((n.lineno for n in nodes if isinstance(n, ast.Constant) and n.value == text), default=None)
