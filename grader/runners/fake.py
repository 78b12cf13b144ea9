"""A runner for tests: no process, the events are given."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.runners.base import Asked, Ending, FollowUp, Isolation, Run, nothing_more
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

    def run(self, asked: Asked, /, follow_up: FollowUp = nothing_more) -> Run:
        """Folds the messages into a transcript; those after "finished" only if they are asked for."""
        transcript = Transcript()
        run = Run(transcript=transcript, ending=self.ending)
        for message in self.messages:
            if transcript.finished and follow_up(run) is None:
                break
            transcript.add(message, asked.cases)
        return run
