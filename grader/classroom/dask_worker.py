"""What runs on a Dask worker: it grades chunks of texts with a runner that stays warm from chunk to chunk.

Only our own data crosses the network: texts, seeds and reports, as JSON values. A submission runs in the sandbox, as
everywhere, and can talk to the runner alone.
"""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.classroom.digests import exercise_digest, grader_digest
from grader.classroom.grading import IsolationError, RunOptions, graded, sandboxed_runner
from grader.classroom.shared_runner import SharedRunner
from grader.course.loader import COURSE, Loaded, load
from grader.reports import as_json
from grader.submission.reading import Submission


class UnfitError(Exception):
    """This worker cannot grade for this batch; the message says why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class BatchSettings:
    """What all texts of a batch have in common.

    Attributes:
      exercise: The exercise's slug.
      course: The course's folder; empty for the bundled course, wherever it is installed.
      exercise_digest: Digest of the exercise as the coordinator has it.
      grader_digest: Digest of the grader as the coordinator has it.
      hidden: Whether seeds are secret.
      options: How submissions are run.
    """

    exercise: str
    course: str
    exercise_digest: str
    grader_digest: str
    hidden: bool
    options: RunOptions


Packed = tuple[str, dict[str, Any], int]  # digest, fields of the submission, seed
Unpacked = tuple[str, dict[str, Any], list[str]]  # digest, the report as ``as_json`` writes it, the grader's faults


def grade_chunk(settings: BatchSettings, texts: list[Packed]) -> list[Unpacked]:
    """Grades texts one after another.

    Args:
      settings: What the texts have in common.
      texts: The texts.

    Raises:
      UnfitError: If this worker has another grader or exercise than the coordinator, or isolates too little.
    """
    exercise, runners = _kept(settings)
    found = []
    for sha256, fields, seed in texts:
        submission = Submission.of_fields(fields)
        result = graded(exercise, submission, runners, seed=seed, hidden=settings.hidden)
        found.append((sha256, as_json.as_object(result.report), list(result.faults)))
    return found


_LOCK = threading.Lock()
_KEPT: dict[BatchSettings, tuple[Loaded, SharedRunner]] = {}


def _kept(settings: BatchSettings) -> tuple[Loaded, SharedRunner]:
    """The exercise and the runner of this process, made at the first call; they live as long as the process."""
    with _LOCK:
        if settings not in _KEPT:
            exercise = _exercise(settings)
            runners = SharedRunner(lambda: sandboxed_runner(exercise, settings.options))
            try:
                with runners.borrowed():
                    pass
            except IsolationError as error:
                raise UnfitError(f"on a worker, {error}") from None
            for _, others in _KEPT.values():  # of an earlier batch
                others.close()
            _KEPT.clear()
            _KEPT[settings] = (exercise, runners)
        return _KEPT[settings]


def _exercise(settings: BatchSettings) -> Loaded:
    """The exercise, if a verdict made here equals one made by the coordinator."""
    course = Path(settings.course) if settings.course else COURSE
    if not (course / settings.exercise).is_dir():
        raise UnfitError(
            f"a worker finds no {settings.exercise} in {course}; put the course in a folder that all workers share"
        )
    compared = {
        settings.exercise: (settings.exercise_digest, exercise_digest(settings.exercise, course)),
        "the grader, Python, jax, flax or numpy": (settings.grader_digest, grader_digest()),
    }
    for what, (there, here) in compared.items():
        if there != here:
            raise UnfitError(
                f"a worker has another version of {what} than this machine, and verdicts could differ; install the "
                "same versions on all machines"
            )
    return load(settings.exercise, course)
