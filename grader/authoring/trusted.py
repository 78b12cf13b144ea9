"""Runs our own programs - solutions and right variants - in this process, over many seeds. Never a submission.

``grader author survey`` and the tests load a program once and call it often. It answers as in the worker, but without
the sandbox.
"""

from contextlib import suppress
from typing import Any

import numpy as np

from grader.course import Entry
from grader.plan.cases import PlannedCase
from grader.sandbox.transcript import Answer, Problem
from grader.worker import devices, entries


class TrustedProgram:
    """A program of ours, run in this process."""

    def __init__(self, source: str, entry: Entry) -> None:
        """Runs the program's top level, on the CPU as the worker does."""
        import jax  # the judge does not need it

        jax.config.update("jax_platforms", "cpu")
        with suppress(RuntimeError):  # JAX has started already, with the devices there are
            devices.provide()
        namespace: dict[str, Any] = {"__name__": "trusted"}
        exec(compile(source, "<trusted>", "exec"), namespace)  # noqa: S102 - our own text
        self._entry = entries.find(namespace, {"name": entry.name, "kind": entry.kind, "arrays": entry.arrays})
        self._compiled: dict[str, Any] = {}

    def answer(self, planned: PlannedCase) -> Answer:
        """The program's answer in a case; an exception becomes a problem."""
        try:
            return Answer(arrays=self._arrays(planned), problem=None, printed="")
        except Exception as error:  # any exception is the answer
            problem = Problem(kind="raised", type=type(error).__name__, message=str(error), exception=True)
            return Answer(arrays={}, problem=problem, printed="")

    def _arrays(self, planned: PlannedCase) -> dict[str, np.ndarray]:
        body, arrays = planned.message()
        name = planned.case.name
        # Compiled once per case: a seed changes values, but no shapes or arguments.
        return entries.answer(self._entry, body, arrays, lambda function, _: self._compiled.setdefault(name, function))
