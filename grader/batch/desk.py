"""Where texts are handed in for grading and verdicts come back. Here: threads of this process."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Protocol

from grader.report import Report
from grader.submission import Submission

LEAVING = 20.0  # seconds that threads may take to end what they are at


@dataclass(frozen=True, kw_only=True)
class Text:
    """What is to be graded.

    Attributes:
      sha256: its digest, by which the verdict refers to it.
      submission: the text itself.
      seed: what its inputs are drawn from.
    """

    sha256: str
    submission: Submission
    seed: int


class Desk(Protocol):
    """Grades texts, several at a time, in whatever order."""

    @property
    def places(self) -> int:
        """How many texts it takes before it must be asked for a verdict."""
        ...

    @property
    def falls_with_us(self) -> bool:
        """Whether what brings it down brings down this process too, so that its texts are then to be suspected."""
        ...

    def give(self, text: Text) -> None:
        """Hands in a text."""
        ...

    def result(self) -> tuple[str, Report]:
        """The next verdict that is ready, with the digest of its text; a signal may interrupt the wait."""
        ...

    def close(self) -> None:
        """Gives up what is under way, and frees what is held. It may be called twice."""
        ...


class LocalDesk:
    """Threads of this process."""

    falls_with_us = True

    def __init__(self, work: Callable[[Text], Report], jobs: int, stop: threading.Event) -> None:
        """Starts the threads.

        Args:
          work: grades one text; gives up when ``stop`` is set.
          jobs: how many threads.
          stop: is set when the desk is closed.
        """
        self._work, self._stop, self.places = work, stop, jobs
        self._texts: SimpleQueue[Text | None] = SimpleQueue()
        self._results: SimpleQueue[tuple[str, Report | BaseException]] = SimpleQueue()
        # Daemons: should one hang, the command ends all the same.
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(jobs)]
        for thread in self._threads:
            thread.start()

    def give(self, text: Text) -> None:
        """Hands in a text."""
        self._texts.put(text)

    def result(self) -> tuple[str, Report]:
        """The next that is ready.

        Raises:
          BaseException: what ``work`` raised, which is to make a report of whatever it fails at.
        """
        sha256, report = self._results.get()
        if isinstance(report, BaseException):
            raise report
        return sha256, report

    def close(self) -> None:
        """Has threads end what they are at."""
        self._stop.set()
        for _ in self._threads:
            self._texts.put(None)
        for thread in self._threads:
            thread.join(LEAVING)

    def _serve(self) -> None:
        while (text := self._texts.get()) is not None:
            try:
                self._results.put((text.sha256, self._work(text)))
            except BaseException as error:  # noqa: BLE001 - whatever it is, nobody must wait for it for ever
                self._results.put((text.sha256, error))
