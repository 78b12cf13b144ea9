"""A cluster's worker: grades chunks of texts, with a runner of its own that stays warm from chunk to chunk.

What goes there and back is our own: texts, seeds and reports, as JSON values. A submission's process is behind the
wall, as everywhere, and speaks to nobody but the runner.
"""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exercises.loader import COURSE, Loaded, load
from grader.batch.basis import exercise_digest, grader_digest
from grader.batch.grading import TooOpenError, Wish, graded, walled
from grader.batch.pool import Runners
from grader.reports import as_json
from grader.submission import Submission


class UnfitError(Exception):
    """This worker cannot grade for that batch; the message says why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What all texts of a batch have in common.

    Attributes:
      exercise: its slug.
      course: the folder that it is in; empty for the bundled course, wherever that lies.
      exercise_digest: of the exercise as the coordinator has it.
      grader_digest: of the grader as the coordinator has it.
      hidden: whether seeds are secret.
      wish: how programs are to be run.
    """

    exercise: str
    course: str
    exercise_digest: str
    grader_digest: str
    hidden: bool
    wish: Wish


Packed = tuple[str, str, str, int]  # digest, name, source and seed of a text
Unpacked = tuple[str, dict[str, Any]]  # digest, and the report as ``as_json`` writes it


def grade_chunk(order: Order, texts: list[Packed]) -> list[Unpacked]:
    """Grades some texts in turn.

    Args:
      order: what they have in common.
      texts: what they are.

    Raises:
      UnfitError: if this worker has another grader or another exercise than the batch, or isolates too little.
    """
    exercise, runners = _place(order)
    found = []
    for sha256, name, source, seed in texts:
        submission = Submission(name=name, source=source)
        report = graded(exercise, submission, runners, seed=seed, hidden=order.hidden)
        found.append((sha256, as_json.as_object(report)))
    return found


_LOCK = threading.Lock()
_KEPT: dict[Order, tuple[Loaded, Runners]] = {}


def _place(order: Order) -> tuple[Loaded, Runners]:
    """The exercise and the runners of this process, made when they are asked for first; they end with the process."""
    with _LOCK:
        if order not in _KEPT:
            exercise = _exercise(order)
            runners = Runners(lambda: walled(exercise, order.wish))
            try:
                with runners.borrowed():
                    pass
            except TooOpenError as error:
                raise UnfitError(f"at a worker {error}") from None
            for _, others in _KEPT.values():  # of an earlier batch
                others.close()
            _KEPT.clear()
            _KEPT[order] = (exercise, runners)
        return _KEPT[order]


def _exercise(order: Order) -> Loaded:
    """The exercise, if a verdict from here is one from there."""
    course = Path(order.course) if order.course else COURSE
    if not (course / order.exercise).is_dir():
        raise UnfitError(
            f"a worker sees no {order.exercise} in {course}; a folder of exercises must lie where all workers see it"
        )
    compared = {
        order.exercise: (order.exercise_digest, exercise_digest(order.exercise, course)),
        "the grader, or Python, jax, flax or numpy,": (order.grader_digest, grader_digest()),
    }
    for what, (there, here) in compared.items():
        if there != here:
            raise UnfitError(
                f"{what} at a worker is not as it is here, and so would verdicts be; install the same versions of "
                "everything on all machines"
            )
    return load(order.exercise, course)
