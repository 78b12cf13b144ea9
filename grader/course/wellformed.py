"""The rules a SPEC must keep beyond its types. Each slip that an author can make gets one sentence."""

from collections.abc import Iterator

from grader.course.checks import Gradient, Sent, Value
from grader.course.exercise import FORMAT, Case, Exercise
from grader.course.inputs import DEVICES, Draw
from grader.course.misconception import Misconception, RightVariant

TUPLES: dict[str, type] = {
    "cases": Case,
    "situations": Case,
    "misconceptions": Misconception,
    "right_variants": RightVariant,
    "hints": str,
}
AT_LEAST_ONE = ("cases", "hints")


def problems(spec: Exercise) -> list[str]:
    """What is wrong with it; empty if all is well. Later rules rely on the earlier ones."""
    return (
        [*_format(spec)]
        or [*_fields(spec)]
        or [*_names(spec), *_arguments(spec), *_needs(spec), *_gradient(spec), *_shards(spec), *_situations(spec)]
    )


def _all(spec: Exercise) -> tuple[Case, ...]:
    return (*spec.cases, *spec.situations)


def _format(spec: Exercise) -> Iterator[str]:
    if spec.format != FORMAT:
        yield f"format={spec.format!r}, but this grader reads format {FORMAT}; install the grader it was written for"


def _fields(spec: Exercise) -> Iterator[str]:
    for field, kind in TUPLES.items():
        found = getattr(spec, field)
        if not isinstance(found, tuple):
            yield f"{field} must be a tuple of {kind.__name__}, with a comma after the last; it is {_type(found)}"
            continue
        if field in AT_LEAST_ONE and not found:
            yield f"{field} must hold at least one {kind.__name__}; it is empty"
        for other in (item for item in found if not isinstance(item, kind)):
            yield f"{field} must hold only {kind.__name__}; it holds {_type(other)}"
    if not spec.title.isprintable():
        yield f"title must be one line of printable characters; it is {spec.title!r}"


def _names(spec: Exercise) -> Iterator[str]:
    for what, names in (
        ("cases", [c.name for c in _all(spec)]),
        ("misconceptions", [m.name for m in spec.misconceptions]),
        ("right variants", [v.name for v in spec.right_variants]),
    ):
        for twice in sorted({n for n in names if names.count(n) > 1}):
            yield f"two {what} are called {twice!r}; names must be unique"
        for odd in (n for n in names if not n or not n.isprintable() or (what != "cases" and not n.isidentifier())):
            rule = "of printable characters" if what == "cases" else "identifiers, like eps_outside_root"
            yield f"names of {what} must be {rule}; one is {odd!r}"


def _arguments(spec: Exercise) -> Iterator[str]:
    known, defaults = set(spec.entry.arguments), set(spec.entry.defaults)
    told = ", ".join(sorted(known)) or "none"
    for name in sorted(defaults - known):
        yield f"the entry has a default for {name!r}, which is not one of its arguments ({told})"
    for case in _all(spec):
        for name in sorted(set(case.arguments) - known):
            yield f"case {case.name!r} gives {name!r}, which is not one of the entry's arguments ({told})"
        for name in sorted(known - defaults - set(case.arguments)):
            yield f"case {case.name!r} must give {name!r}: the entry has no default for it"


def _needs(spec: Exercise) -> Iterator[str]:
    seen: set[str] = set()
    for case in spec.cases:
        for unknown in sorted(set(case.needs) - seen):
            yield f"case {case.name!r} needs {unknown!r}, which is not an earlier case"
        seen.add(case.name)


def _gradient(spec: Exercise) -> Iterator[str]:
    asking = [(case, case.check.of) for case in _all(spec) if isinstance(case.check, Gradient)]
    of_x = [case.name for case, of in asking if of == "x"]
    if of_x and (spec.reference.gradient is None or spec.reference.gradient_moved is None):
        yield f"case {of_x[0]!r} asks for a gradient, so the reference must have gradient and gradient_moved"
    for case, of in asking:
        if of != "x" and of not in spec.reference.gradients:
            yield f"case {case.name!r} asks for the gradient of {of!r}, so the reference's gradients must hold it"
        if of != "x" and of not in case.parameters:
            yield f"case {case.name!r} asks for the gradient of {of!r}, so it must give that parameter"


def _shards(spec: Exercise) -> Iterator[str]:
    for case in _all(spec):
        shards, shape, at = case.shards, getattr(case.x, "shape", None), f"case {case.name!r}"
        if shards is None:
            if isinstance(case.check, Sent):
                yield f"{at} counts what devices send, so it must have shards, which say how x is split"
            continue
        jit = isinstance(case.check, Value) and case.check.transform == "jit"
        if spec.entry.kind != "function" or not (jit or isinstance(case.check, Gradient | Sent)):
            yield f"{at} splits x over devices; only a function may, with Value(transform='jit'), Gradient or Sent"
        if not 1 <= shards.devices <= DEVICES:
            yield f"{at} has a mesh of {shards.devices} devices; use 1 to {DEVICES}"
        names = [name for name in shards.cut if name]
        if sorted(names) != sorted(shards.mesh):
            yield f"{at} must split x once along each axis of the mesh, {list(shards.mesh)}; it splits along {names}"
        elif shape is not None and len(shards.cut) != len(shape):
            yield f"{at} says how {len(shards.cut)} axes are split; x has {len(shape)}"
        elif shape is not None and any(n % shards.mesh.get(name, 1) for n, name in zip(shape, shards.cut, strict=True)):
            yield f"{at} splits x, shape {shape}, into pieces of unequal size: {dict(shards.mesh)}"


def _situations(spec: Exercise) -> Iterator[str]:
    for case in spec.situations:
        check = case.check
        evaluated = isinstance(check, Gradient) or (isinstance(check, Value) and check.transform in ("eager", "jit"))
        if not evaluated or not isinstance(case.x, Draw):
            yield f"situation {case.name!r} is evaluated only; use a Draw, and Value, plain or under jit, or Gradient"


def _type(found: object) -> str:
    return type(found).__name__
