"""What a program's outputs depend on, what its devices send, and what a gradient keeps: counted, and not reported."""

import math

from grader.program.program import Body, Literal, Program
from grader.worker.program_format import COLLECTIVES, OPAQUE
from grader.worker.wire import DTYPES


def sent_bytes(program: Program) -> float:
    """Returns the bytes that one device passes to collective operations.

    Those in a ``scan`` count once a step; in a ``cond``, the branch that sends most counts. A ``while`` that sends has
    no bound: infinity. Collective operations under names that the format does not know are counted by their operands.
    """
    return _sent(program.body)


def _sent(body: Body) -> float:
    total = 0.0
    for equation in body.equations:
        if equation.primitive.startswith(COLLECTIVES):
            total += sum(_bytes(body.form(o).dtype, body.form(o).size) for o in equation.operands)
        within = [_sent(inner) for inner in equation.bodies]
        if equation.primitive == "while":
            total += math.inf if any(within) else 0
        elif equation.primitive == "cond":
            total += max(within)
        else:
            times = equation.parameters["length"] if equation.primitive == "scan" else 1
            total += sum(times * inner for inner in within if inner)
    return total


def residual_bytes(program: Program, parameters: frozenset[str]) -> int:
    """Returns the bytes that a program keeps, if it was traced for its residuals: each value counts once.

    Args:
      program: its outputs are what ``jax.vjp`` keeps for the backward pass.
      parameters: the arguments that are there anyway, and not counted.
    """
    body = program.body
    kept = {o for o in body.outputs if not isinstance(o, Literal)}
    kept -= {at for at, name in enumerate(program.arguments) if name in parameters}
    return sum(_bytes(body.form(at).dtype, body.form(at).size) for at in kept)


def depends(program: Program) -> dict[str, frozenset[str]]:
    """Returns, for each output, the arguments it is computed from. Loops and branches depend on all that they take."""
    arguments = [frozenset({name}) for name in program.arguments]
    return dict(zip(program.outputs, _sources(program.body, arguments), strict=True))


def _sources(body: Body, arguments: list[frozenset[str]]) -> list[frozenset[str]]:
    nothing: frozenset[str] = frozenset()
    values = [*arguments, *(nothing for _ in body.constants)]

    def of(operand: int | Literal) -> frozenset[str]:
        return nothing if isinstance(operand, Literal) else values[operand]

    for equation in body.equations:
        given = [of(o) for o in equation.operands]
        if equation.primitive in ("jit", "shard_map") and equation.known:
            values += _sources(equation.parameters["body"], given)
        else:
            values += [nothing.union(*given)] * len(equation.results)
    return [of(o) for o in body.outputs]


def _bytes(dtype: str, size: int) -> int:
    return 0 if dtype == OPAQUE else size * DTYPES[dtype].itemsize
