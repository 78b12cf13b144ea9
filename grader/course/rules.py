"""The end of a statement: what a submission may import and use, and how it is called, from the exercise's data."""

import textwrap

from grader.course.exercise import Exercise

WIDTH = 120  # columns

IMPORTED = "Python's own modules, `numpy`, `jax`, `flax`, `optax`, and modules of yours that lie beside your file"


def rules(spec: Exercise) -> str:
    """A section of Markdown."""
    said = [f"You may import {IMPORTED}."]
    if names := _forbidden(spec.forbidden):
        said.append(f"Not allowed: {_grouped(names)}.")
    if spec.entry.kind == "function":
        said.append(f"`{spec.entry.name}` gets `x` first and all other arguments by name.")
    elif spec.entry.arguments and spec.entry.kind != "training":
        said.append(f"`{spec.entry.name}` is created with its arguments by name.")
    return f"## Rules\n\n{textwrap.fill(' '.join(said), WIDTH, break_long_words=False, break_on_hyphens=False)}"


def _grouped(names: list[str]) -> str:
    """Names of one module together: "`a.f`; of `b`: `g` and `h`"."""
    modules: dict[str, list[str]] = {}
    for name in names:
        module, _, last = name.rpartition(".")
        modules.setdefault(module, []).append(last)
    parts = []
    for module, own in modules.items():
        if not module:
            parts += [f"`{name}`" for name in own]
        elif len(own) == 1:
            parts.append(f"`{module}.{own[0]}`")
        else:
            parts.append(f"{', '.join(f'`{name}`' for name in own[:-1])} and `{own[-1]}` of `{module}`")
    return "; ".join(parts)


def _forbidden(names: tuple[str, ...]) -> list[str]:
    """What is forbidden, without what a program reaches only on purpose: private names, and modules within modules."""
    bare = [name.rstrip(".") for name in names]
    return [
        name
        for name in bare
        if not any(part.startswith("_") for part in name.split("."))
        and not any(name.startswith(f"{other}.") for other in bare)
        and name != "exercises"
    ]
