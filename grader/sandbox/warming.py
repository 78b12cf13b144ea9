"""What a warm runner's compile cache is filled from: an exercise's own programs, which are trusted."""

import ast
from collections.abc import Iterator

from grader.course.loader import Loaded
from grader.plan.cases import make_plan
from grader.sandbox.base import Request
from grader.submission.reading import Submission


def programs(exercise: Loaded) -> Iterator[tuple[Request, set[str]]]:
    """The solution, the usual operations and every right variant, each with the names of its own functions.

    Those are whole algorithms: what they compile to is not kept, single operations are.
    """
    plan = make_plan(exercise, seed=0)
    usual = [exercise.spec.operations] if exercise.spec.operations else []
    sources = [exercise.solution, *usual, *(variant.source for variant in exercise.spec.right_variants)]
    for source in sources:
        yield Request(plan=plan, submission=Submission(name="trusted.py", source=source)), _own_names(source)


def _own_names(source: str) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
