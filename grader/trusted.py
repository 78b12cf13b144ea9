"""Runs our own programs - right variants, solutions - in this process, over many seeds. Never a submission.

What ``grader author survey`` and the tests need: a program loaded once and asked often. It answers as the worker does,
without its walls.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from exercises.spec import Entry, Value
from grader.plan import PlannedCase
from grader.transcript import Answer, Problem


class TrustedProgram:
    """A program of ours, run in this process."""

    def __init__(self, source: str, entry: Entry) -> None:
        """Runs the program's top level, on the CPU as the worker does."""
        import jax  # noqa: PLC0415 - the judge does without

        jax.config.update("jax_platforms", "cpu")
        namespace: dict[str, Any] = {"__name__": "trusted"}
        exec(compile(source, "<trusted>", "exec"), namespace)  # noqa: S102 - our own text
        self._entry = namespace[entry.name]
        self._compiled: dict[str, Callable] = {}

    def answer(self, planned: PlannedCase) -> Answer:
        """What the program answers in a case; what it raises is a problem."""
        try:
            return Answer(arrays=self._arrays(planned), problem=None, printed="")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
            problem = Problem(kind="raised", type=type(error).__name__, message=str(error), exception=True)
            return Answer(arrays={}, problem=problem, printed="")

    def _arrays(self, planned: PlannedCase) -> dict[str, np.ndarray]:
        import jax  # noqa: PLC0415 - the judge does without

        given = {name: planned.arguments[name] for name in planned.case.arguments}
        module, x = self._entry(**given), jax.numpy.asarray(planned.x)
        if planned.parameters:
            variables = {"params": {name: jax.numpy.asarray(array) for name, array in planned.parameters.items()}}
            made = {}
        else:
            variables = module.init(jax.random.PRNGKey(planned.seed), x)
            made = {f"params/{name}": np.asarray(array) for name, array in variables.get("params", {}).items()}
        apply = self._transformed(planned, module.apply)
        weights = () if planned.cotangent is None else (planned.cotangent,)
        return {**made, "value": np.asarray(apply(variables, x, *weights))}

    def _transformed(self, planned: PlannedCase, apply: Callable) -> Callable:
        """Compiled once a case: seeds change values, neither shapes nor arguments."""
        import jax  # noqa: PLC0415 - the judge does without

        if planned.cotangent is not None:
            weighted = jax.grad(lambda variables, x, weights: (apply(variables, x) * weights).sum(), argnums=1)
            return self._compiled.setdefault(planned.case.name, jax.jit(weighted))
        transform = planned.case.check.transform if isinstance(planned.case.check, Value) else "eager"
        if transform == "jit":
            return self._compiled.setdefault(planned.case.name, jax.jit(apply))
        return jax.vmap(apply, in_axes=(None, 0)) if transform == "vmap" else apply
