"""Programs for tests: functions traced as the worker traces a submission's entry, or written down as JSON."""

import inspect
import json

from grader.program.decode import decode

FILE = "submission.py"


def sent(function, arrays, *, transform="eager", shards=None, of="x", kind="function", arguments=None, file=FILE):
    """What the worker sends of a function of x and of parameters by name."""
    from grader.worker import entries, program_trace

    forms = {name: (array.dtype.name, array.shape) for name, array in arrays.items()}
    parameters = sorted(name for name in arrays if name not in ("x", "cotangent"))
    case = {"arguments": arguments or {}, "parameters": parameters, "transform": transform, "seed": 0, "of": of}
    entry = entries.Entry(kind, "jax", function)
    return json.loads(
        json.dumps(program_trace.program(entry, {**case, "shards": shards}, forms, file), allow_nan=False)
    )


def named(function, arrays):
    """Arrays under the names of the function's arguments, of which the first is called x."""
    names = list(inspect.signature(function).parameters)[: len(arrays)]
    return dict(zip(["x", *names[1:]], arrays, strict=True))


def traced(function, *arrays, **options):
    """The program of a function, as the judge reads it."""
    return decode(sent(function, named(function, arrays), **options))


def primitives(body):
    """The primitives of a program, those of its sub-programs too."""
    found = set()
    for equation in body.equations:
        found.add(equation.primitive)
        for inner in equation.bodies:
            found |= primitives(inner)
    return found


def written(equations, outputs, inputs=(("float32", [3]),), constants=(), held=()):
    """A program as JSON, with arguments x, y, ... and outputs value/0, ..."""
    body = {"inputs": [list(i) for i in inputs], "constants": list(held), "equations": equations, "outputs": outputs}
    return {
        "program": {
            "constants": list(constants),
            "arguments": list("xyzuvw"[: len(inputs)]),
            "outputs": [f"value/{i}" for i in range(len(outputs))],
            "body": body,
        }
    }
