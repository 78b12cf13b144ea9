"""Runs our own programs - right variants, solutions - in this process, over many seeds. Never a submission.

What ``grader author survey`` and the tests need: a program loaded once and asked often. It answers as the worker does,
without its walls.
"""

from contextlib import suppress
from typing import Any

import numpy as np

from exercises.spec import Entry
from grader import devices, entries
from grader.plan import PlannedCase
from grader.transcript import Answer, Problem


class TrustedProgram:
    """A program of ours, run in this process."""

    def __init__(self, source: str, entry: Entry) -> None:
        """Runs the program's top level, on the CPU as the worker does."""
        import jax  # noqa: PLC0415 - the judge does without

        jax.config.update("jax_platforms", "cpu")
        with suppress(RuntimeError):  # it has started long since, with what devices there are
            devices.provide()
        namespace: dict[str, Any] = {"__name__": "trusted"}
        exec(compile(source, "<trusted>", "exec"), namespace)  # noqa: S102 - our own text
        self._entry = entries.find(namespace, {"name": entry.name, "kind": entry.kind, "arrays": entry.arrays})
        self._compiled: dict[str, Any] = {}

    def answer(self, planned: PlannedCase) -> Answer:
        """What the program answers in a case; what it raises is a problem."""
        try:
            return Answer(arrays=self._arrays(planned), problem=None, printed="")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
            problem = Problem(kind="raised", type=type(error).__name__, message=str(error), exception=True)
            return Answer(arrays={}, problem=problem, printed="")

    def _arrays(self, planned: PlannedCase) -> dict[str, np.ndarray]:
        body, arrays = planned.message()
        name = planned.case.name
        # Compiled once a case: seeds change values, neither shapes nor arguments.
        return entries.answer(self._entry, body, arrays, lambda function, _: self._compiled.setdefault(name, function))
