"""Where a wrong program departs from a right one: the line, what is right up to it, and what never appears."""

import ast
from collections.abc import Sequence

import numpy as np

from grader.course import Arrays, Entry, Gradient, Parameters, Sent, Value
from grader.course.loader import Loaded
from grader.diagnosis.trail import Trail, trail
from grader.findings.of_errors import Line
from grader.judge.checks.parameters import made
from grader.judge.comparison import Comparison
from grader.plan.cases import Plan, PlannedCase
from grader.report import Departure
from grader.sandbox.transcript import Problem, Traced
from grader.submission.reading import Submission

FAR = 1e12  # margins beyond it say no more
# What shows by name, where checks of one kind are all that is wrong.
BY_NAME = {Gradient: "stop_gradient", Sent: "all_gather"}
VISIBLE = 100.0  # a margin beyond which the trail sees an error
SINGLE = 4  # bytes of float32


def case_to_trace(exercise: Loaded, comparisons: Sequence[Comparison]) -> int | None:
    """Index of the wrong case that shows most: single precision, several groups, values that differ, far from right.

    Where no value is wrong, a gradient is traced, if the exercise knows what that passes through.
    """
    wrong = [c for c in comparisons if c.outcome == "wrong" and c.margin is not None]
    shown = [c for c in wrong if isinstance(c.case.case.check, Value)]
    if not shown and exercise.spec.reference.gradient_landmarks:
        shown = [c for c in wrong if isinstance(c.case.case.check, Gradient)]
    most = max(shown, key=lambda c: _worth(c.case, c.margin or 0.0), default=None)
    return None if most is None else most.index


def _worth(planned: PlannedCase, margin: float) -> tuple[bool, bool, bool, bool, bool, float]:
    groups, channels = planned.num_groups, planned.channels or 0
    # With two channels a group, too much coincides. Where no groups are asked for, other things set values apart.
    several = groups is None or (groups > 1 and channels > 2 * groups)
    # Where they do not, too much coincides too: a mean along an axis of length one is what it is taken of.
    several_axes = [planned.x, *(array for array in planned.parameters.values() if array.ndim > 1)]
    differ = all(np.ptp(a.astype(np.float64), axis=axis).any() for a in several_axes for axis in range(a.ndim))
    single = planned.x.dtype.itemsize == SINGLE
    return single, margin > VISIBLE, several, bool(planned.parameters), differ, min(margin, FAR)


def departure(
    exercise: Loaded, plan: Plan, submission: Submission, comparisons: Sequence[Comparison], traced: Traced | None
) -> Departure | None:
    """Says where, as far as it can be told; nothing is better than a line that leads astray.

    Args:
      exercise: has the landmarks.
      plan: its cases.
      submission: the program.
      comparisons: of all cases, those that are skipped included.
      traced: the program's values in one of the cases, if a case was worth it.
    """
    wrong = [c for c in comparisons if c.outcome == "wrong"]
    if traced is None:
        return _by_name(submission, wrong) or _of_parameters(exercise, submission, comparisons)
    if default := _of_default(plan, submission, comparisons):
        return default
    planned = plan.cases[traced.case]
    if traced.problem:
        return Departure(case=planned.case.name, found=_untraced(plan, submission, traced.problem))
    reference, check = exercise.spec.reference, planned.case.check
    found = trail(planned, traced, check.expected(reference) or reference)
    if found is None or found.line is None or not found.missing:
        line = _of_all_right(exercise, submission, found)
        elsewhere = _of_parameters(exercise, submission, comparisons)
        return elsewhere or (line and Departure(case=planned.case.name, found=line))
    return Departure(case=planned.case.name, found=_of_trail(found, submission))


def _of_all_right(exercise: Loaded, submission: Submission, found: Trail | None) -> Line | None:
    """Where all that is asked for is computed, the line that goes on with it; or that returns it in another order."""
    if found is None or found.line is None:
        return None
    if found.aside is not None:
        return Line(what="aside", spot=submission.spot(found.aside), right=found.right)
    if not found.unfinished:
        return _of_trail(found, submission)
    spec = exercise.spec
    line = _line_of_return(submission.source, spec.entry.name) if spec.reference.returns else None
    return Line(what="returned", spot=submission.spot(line), right=found.right) if line else None


def _of_trail(found: Trail, submission: Submission) -> Line:
    """The line, and what is right before it."""
    elsewhere = found.caller is not None and found.caller != found.line
    spot, called_from = submission.spot(found.line or 0), submission.spot(found.caller or 0) if elsewhere else None
    if found.unfinished:
        return Line(what="unfinished", spot=spot, called_from=called_from, missing=found.missing)
    return Line(
        what="departs",
        spot=spot,
        called_from=called_from,
        right=tuple(name for name in found.right if name != found.missing),
        missing=found.missing,
        detail=found.rounded,
    )


def _untraced(plan: Plan, submission: Submission, problem: Problem) -> Line:
    """Why there is no line. An exercise need not ask that a program runs under jit."""
    if plan.entry.arrays == "numpy":
        return Line(what="untraced", detail="numpy")
    return Line(what="untraced", spot=submission.spot(problem.frames[-1][0]) if problem.frames else None)


def _of_default(plan: Plan, submission: Submission, comparisons: Sequence[Comparison]) -> Departure | None:
    """The line of a wrong default: all failing cases omit the argument, and cases that pass it succeed."""
    failing = [c.case for c in comparisons if c.outcome == "wrong"]
    right = [c.case for c in comparisons if c.outcome != "wrong" and isinstance(c.case.case.check, Value)]
    for argument in plan.entry.defaults:
        if any(argument in planned.case.arguments for planned in failing):
            continue
        if not any(argument in planned.case.arguments for planned in right):
            continue
        line = _line_of_field(submission.source, plan.entry.name, argument) or _line_of_default(
            submission.source, plan.entry, argument
        )
        if line:
            found = Line(what="default", spot=submission.spot(line), detail=argument)
            return Departure(case=failing[0].case.name, found=found)
    return None


def _by_name(submission: Submission, wrong: Sequence[Comparison]) -> Departure | None:
    """The line that a name gives away, where checks of one kind are all that is wrong."""
    kinds = {type(c.case.case.check) for c in wrong}
    name = BY_NAME.get(kinds.pop(), "") if len(kinds) == 1 else ""
    lines = [
        node.lineno
        for node in _nodes(submission.source)
        if isinstance(node, ast.Attribute | ast.Name)
        and name
        and getattr(node, "attr", getattr(node, "id", "")) == name
    ]
    if not lines:
        return None
    found = Line(what="named", spot=submission.spot(min(lines)), detail=name)
    return Departure(case=wrong[0].case.case.name, found=found)


def _of_parameters(exercise: Loaded, submission: Submission, comparisons: Sequence[Comparison]) -> Departure | None:
    """The line that names a wrong parameter, where the parameters are what is wrong."""
    for c in comparisons:
        if not isinstance(c.case.case.check, Parameters) or c.answered is None:
            continue
        wrong = _wrong_parameters(exercise, c.case, made(c.answered))
        lines = [(line, name) for name in wrong if (line := _line_of_name(submission.source, name))]
        if lines:
            line, name = min(lines)
            found = Line(what="parameter", spot=submission.spot(line), detail=name)
            return Departure(case=c.case.case.name, found=found)
    return None


def _wrong_parameters(exercise: Loaded, planned: PlannedCase, answered: Arrays) -> list[str]:
    """Names that should not be, and names whose shape or values should not be; as the submission writes them."""
    expected = exercise.spec.reference.parameters({"x": planned.x}, planned.arguments)
    found = {name.removeprefix("params/"): array for name, array in answered.items()}
    extra = [name.split("/")[-1] for name in found if name not in expected]
    differing = [
        name
        for name, array in expected.items()
        if name in found and (found[name].shape != array.shape or (found[name] != array).any())
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
