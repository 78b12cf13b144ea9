"""Where a wrong program goes astray, in words: the line, what is right up to it, and what never appears."""

import ast
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from exercises.loader import Loaded
from exercises.spec import Entry, Gradient, Parameters, Sent, Value
from grader import sentences
from grader.diagnosis.trail import Trail, trail
from grader.judge import Verdict
from grader.plan import Plan, PlannedCase
from grader.report import Departure
from grader.submission import Submission
from grader.transcript import Answer, Problem, Traced

FAR = 1e12  # margins beyond it say no more
# What shows by name, where a check of one kind is all that is wrong: the name, and what its line does.
BY_NAME = {
    Gradient: ("stop_gradient", "keeps the gradient out"),
    Sent: ("all_gather", "has every device send what it is given"),
}
VISIBLE = 100.0  # a margin beyond which the trail sees an error
SINGLE = 4  # bytes of float32


def case_to_trace(exercise: Loaded, plan: Plan, verdicts: Sequence[Verdict]) -> int | None:
    """Index of the wrong case that shows most: single precision, several groups, values that differ, far from right.

    Where no value is wrong, a gradient is traced, if the exercise knows what that passes through.
    """
    wrong = [
        index
        for index, verdict in enumerate(verdicts)
        if verdict.outcome == "wrong" and isinstance(plan.cases[index].case.check, Value) and verdict.margin is not None
    ]
    if not wrong and exercise.spec.reference.gradient_landmarks:
        wrong = [
            index
            for index, verdict in enumerate(verdicts)
            if verdict.margin is not None
            and verdict.outcome == "wrong"
            and isinstance(plan.cases[index].case.check, Gradient)
        ]
    return max(wrong, key=lambda index: _worth(plan.cases[index], verdicts[index].margin or 0.0), default=None)


def _worth(planned: PlannedCase, margin: float) -> tuple[bool, bool, bool, bool, bool, float]:
    groups, channels = planned.num_groups, planned.channels or 0
    # With two channels a group, too much coincides. Where no groups are asked for, other things set values apart.
    several = groups is None or (groups > 1 and channels > 2 * groups)
    # Where they do not, too much coincides too: a mean along an axis of length one is what it is taken of.
    several_axes = [planned.x, *(array for array in planned.parameters.values() if array.ndim > 1)]
    differ = all(np.ptp(a.astype(np.float64), axis=axis).any() for a in several_axes for axis in range(a.ndim))
    single = planned.x.dtype.itemsize == SINGLE
    return single, margin > VISIBLE, several, bool(planned.parameters), differ, min(margin, FAR)


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
    if traced is None:
        return _by_name(plan, submission, wrong) or _of_parameters(exercise, plan, submission, answers)
    if default := _of_default(plan, submission, wrong):
        return default
    planned = plan.cases[traced.case]
    if traced.problem:
        return Departure(case=planned.case.name, line=None, text=_untraced(plan, submission, traced.problem))
    reference, check = exercise.spec.reference, planned.case.check
    found = trail(planned, traced, reference.differentiated(check.of) if isinstance(check, Gradient) else reference)
    if found is None or found.line is None or not found.missing:
        return _of_parameters(exercise, plan, submission, answers) or _of_all_right(
            exercise, planned, submission, found
        )
    return _at(submission, planned.case.name, found.line, _told(found, submission))


def _at(submission: Submission, case: str, line: int, text: str) -> Departure:
    """A departure at a line; a notebook's has its place in words alone."""
    own = None if submission.places else line
    return Departure(case=case, line=own, text=text, place=submission.place(line))


def _named(submission: Submission, line: int) -> str:
    """A line's place, to begin a sentence with."""
    place = submission.place(line)
    return f"{place[0].upper()}{place[1:]}"


def _of_all_right(
    exercise: Loaded, planned: PlannedCase, submission: Submission, found: Trail | None
) -> Departure | None:
    """Where all that is asked for is computed, the line that goes on with it; or that returns it in another order."""
    if found is None or found.line is None:
        return None
    if found.aside is not None:
        line, right = found.aside, found.right[-1]
        text = f"{_named(submission, line)} computes the right {right}, but another value is returned in its place:"
        return _at(submission, planned.case.name, line, f"{text}\n    {_text(submission, line)}")
    if not found.unfinished:
        return _at(submission, planned.case.name, found.line, _told(found, submission))
    spec = exercise.spec
    line = _line_of_return(submission.source, spec.entry.name) if spec.reference.returns else None
    if line is None:
        return None
    right = ", ".join(found.right)
    text = f"All that is asked for is computed: {right}. Look at what {submission.place(line)} returns:\n"
    return _at(submission, planned.case.name, line, f"{text}    {_text(submission, line)}")


def _told(found: Trail, submission: Submission) -> str:
    """The line with its text, and what is right before it."""
    if found.unfinished:
        line = found.caller or found.line or 0
        told = (
            f"All is right as far as it goes, but what {submission.place(line)} gives is not the {found.missing} yet:"
        )
        return f"{told}\n    {_text(submission, line)}"
    first = found.line or 0
    does = f"rounds to {found.rounded}" if found.rounded else "is the first whose values are wrong"
    parts = [f"{_named(submission, first)} {does}:\n    {_text(submission, first)}"]
    if found.caller is not None and found.caller != found.line:
        parts.append(f"\nreached from {submission.place(found.caller)}:\n    {_text(submission, found.caller)}")
    before = [name for name in found.right if name != found.missing]
    if not found.missing:
        parts.append(f"\nRight up to there: {', '.join(before)}. No more is asked for.")
    elif before:
        parts.append(f"\nRight up to there: {', '.join(before)}. The right {found.missing} never appears.")
    else:
        parts.append(f"\nThe right {found.missing} never appears.")
    return "".join(parts)


def _text(submission: Submission, line: int) -> str:
    return sentences.source_line(submission.source.split("\n"), line)


def _untraced(plan: Plan, submission: Submission, problem: Problem) -> str:
    """Why there is no line; to run under jit is no more asked of a program here than in the exercise."""
    if plan.entry.arrays == "numpy":
        return "No line can be named for wrong values: this program's steps cannot be followed one by one."
    at = f" Mend {submission.place(problem.frames[-1][0])} first." if problem.frames else ""
    return f"No line can be named for wrong values while the program does not run under jit: it cannot be traced.{at}"


def _of_default(plan: Plan, submission: Submission, wrong: Collection[str]) -> Departure | None:
    """The line of a default, where all that is wrong leaves an argument to it and what is given it is right."""
    failing = [planned for planned in plan.cases if planned.case.name in wrong]
    right = [p for p in plan.cases if p.case.name not in wrong and isinstance(p.case.check, Value)]
    for argument in plan.entry.defaults:
        if any(argument in planned.case.arguments for planned in failing):
            continue
        if not any(argument in planned.case.arguments for planned in right):
            continue
        line = _line_of_field(submission.source, plan.entry.name, argument) or _line_of_default(
            submission.source, plan.entry, argument
        )
        if line:
            text = f"{_named(submission, line)} gives {argument} its default:\n    {_text(submission, line)}"
            return _at(submission, failing[0].case.name, line, text)
    return None


def _by_name(plan: Plan, submission: Submission, wrong: Collection[str]) -> Departure | None:
    """The line that a name gives away, where checks of one kind are all that is wrong."""
    failing = [planned for planned in plan.cases if planned.case.name in wrong]
    kinds = {type(planned.case.check) for planned in failing}
    name, does = BY_NAME.get(kinds.pop(), ("", "")) if len(kinds) == 1 else ("", "")
    lines = [
        node.lineno
        for node in _nodes(submission.source)
        if isinstance(node, ast.Attribute | ast.Name)
        and name
        and getattr(node, "attr", getattr(node, "id", "")) == name
    ]
    if not lines:
        return None
    line = min(lines)
    text = f"{_named(submission, line)} {does}:\n    {_text(submission, line)}"
    return _at(submission, failing[0].case.name, line, text)


def _of_parameters(
    exercise: Loaded, plan: Plan, submission: Submission, answers: Mapping[int, Answer]
) -> Departure | None:
    """The line that names a wrong parameter, where the parameters are what is wrong."""
    for index, planned in enumerate(plan.cases):
        answer = answers.get(index)
        if not isinstance(planned.case.check, Parameters) or answer is None or answer.problem:
            continue
        wrong = _wrong_parameters(exercise, planned, answer)
        lines = [(line, name) for name in wrong if (line := _line_of_name(submission.source, name))]
        if lines:
            line, name = min(lines)
            text = f'{_named(submission, line)} makes the parameter "{name}":\n    {_text(submission, line)}'
            return _at(submission, planned.case.name, line, text)
    return None


def _wrong_parameters(exercise: Loaded, planned: PlannedCase, answer: Answer) -> list[str]:
    """Names that should not be, and names whose shape or values should not be; as the submission writes them."""
    expected = exercise.spec.reference.parameters({"x": planned.x}, planned.arguments)
    made = {name.removeprefix("params/"): a for name, a in answer.arrays.items() if name != "value"}
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


def _line_of_default(source: str, entry: Entry, argument: str) -> int | None:
    """The line on which the entry, a function or a class's ``__init__``, gives an argument a wrong default."""
    named = [n for n in _nodes(source) if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.name == entry.name]
    functions = [
        function
        for node in named
        for function in ([node] if isinstance(node, ast.FunctionDef) else node.body)
        if isinstance(function, ast.FunctionDef) and function.name in (entry.name, "__init__")
    ]
    for arguments in (function.args for function in functions):
        positional = [*arguments.posonlyargs, *arguments.args]
        given = [*zip(positional[::-1], arguments.defaults[::-1], strict=False)]
        given += [
            (name, value) for name, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value
        ]
        for name, value in given:
            wrong = isinstance(value, ast.Constant) and value.value != entry.defaults[argument]
            if name.arg == argument and wrong:
                return value.lineno
    return None


def _line_of_return(source: str, entry: str) -> int | None:
    """The line on which the entry, a function, returns, if there is one such line."""
    functions = (n for n in _nodes(source) if isinstance(n, ast.FunctionDef) and n.name == entry)
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
    for function in functions:
        waiting, found = list(function.body), []
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Return):
                found.append(node.lineno)
            elif not isinstance(node, inner):
                waiting += [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.stmt)]
        return found[0] if len(found) == 1 else None
    return None


def _nodes(source: str) -> list[ast.AST]:
    try:
        return list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _line_of_name(source: str, name: str) -> int | None:
    """The line on which a parameter is named: as an attribute that is set, or else by a string in the program."""
    nodes = _nodes(source)
    strings = [n.lineno for n in nodes if isinstance(n, ast.Constant) and n.value == name]
    attributes = [
        n.lineno for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store) and n.attr == name
    ]
    return min(attributes or strings, default=None)
