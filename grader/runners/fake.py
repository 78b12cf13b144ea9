"""A runner for tests: no process, the events are given."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.runners.base import Asked, Ending, Isolation, Run
from grader.transcript import Transcript
from grader.wire import Message

FINISHED = Ending(kind="finished")


@dataclass(frozen=True)
class FakeRunner:
    """Plays messages back, then ends as told."""

    messages: Sequence[Message]
    ending: Ending = FINISHED

    @property
    def isolation(self) -> Isolation:
        """No wall: nothing runs."""
        return Isolation(layers=(), missing=("process",), level="none")

    @property
    def note(self) -> str:
        """Nothing to say."""
        return ""

    def run(self, asked: Asked, /) -> Run:
        """Folds the messages into a transcript."""
        transcript = Transcript()
        for message in self.messages:
            transcript.add(message, asked.cases)
        return Run(transcript=transcript, ending=self.ending)
