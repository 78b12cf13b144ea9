"""Where texts are graded, several at a time. Here: in threads of this process."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Protocol

from grader.report import Report
from grader.submission.reading import Submission

LEAVING = 20.0  # seconds that threads may take to finish when the executor is closed


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text to grade.

    Attributes:
      sha256: Its digest, by which its verdict is matched to it.
      submission: The text itself.
      seed: Seed for its random inputs.
    """

    sha256: str
    submission: Submission
    seed: int


@dataclass(frozen=True, kw_only=True)
class Graded:
    """The result of grading a text.

    Attributes:
      report: The verdict.
      faults: What the grader logged about its own faults meanwhile.
    """

    report: Report
    faults: tuple[str, ...] = ()


class Executor(Protocol):
    """Grades texts, several at a time, in any order."""

    @property
    def capacity(self) -> int:
        """How many texts it takes before ``result`` must be called."""
        ...

    @property
    def dies_with_us(self) -> bool:
        """Whether a crash of it is a crash of this process, so that the texts it was grading are suspect."""
        ...

    def submit(self, text: Text) -> None:
        """Takes a text."""
        ...

    def result(self) -> tuple[str, Graded]:
        """Waits for the next result, and returns it with the digest of its text; a signal may interrupt the wait."""
        ...

    def close(self) -> None:
        """Cancels what is running and frees resources. It may be called twice."""
        ...


class LocalExecutor:
    """Threads of this process."""

    dies_with_us = True

    def __init__(self, work: Callable[[Text], Graded], jobs: int, stop: threading.Event) -> None:
        """Starts the threads.

        Args:
          work: Grades one text; gives up when ``stop`` is set.
          jobs: Number of threads.
          stop: Set when the executor is closed.
        """
        self._work, self._stop, self.capacity = work, stop, jobs
        self._texts: SimpleQueue[Text | None] = SimpleQueue()
        self._results: SimpleQueue[tuple[str, Graded | BaseException]] = SimpleQueue()
        # Daemons: if one hangs, the command can still end.
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(jobs)]
        for thread in self._threads:
            thread.start()

    def submit(self, text: Text) -> None:
        """Takes a text."""
        self._texts.put(text)

    def result(self) -> tuple[str, Graded]:
        """Waits for the next result.

        Raises:
          BaseException: What ``work`` raised; it should have made a report of any failure.
        """
        sha256, found = self._results.get()
        if isinstance(found, BaseException):
            raise found
        return sha256, found

    def close(self) -> None:
        """Cancels what is running."""
        self._stop.set()
        for _ in self._threads:
            self._texts.put(None)
        for thread in self._threads:
            thread.join(LEAVING)

    def _serve(self) -> None:
        while (text := self._texts.get()) is not None:
            try:
                self._results.put((text.sha256, self._work(text)))
            except BaseException as error:  # whatever it is, ``result`` must not wait for ever
                self._results.put((text.sha256, error))
