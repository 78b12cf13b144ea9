"""A runner for tests: no process, the events are given."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.sandbox.base import Asked, Ending, FollowUp, Isolation, Run, nothing_more
from grader.sandbox.transcript import Transcript
from grader.worker.wire import Message

FINISHED = Ending(kind="finished")


@dataclass(frozen=True)
class FakeRunner:
    """Plays messages back, then ends as told."""

    messages: Sequence[Message]
    ending: Ending = FINISHED

    @property
    def isolation(self) -> Isolation:
        """No isolation: nothing runs."""
        return Isolation(layers=(), missing=("process",), level="none")

    @property
    def note(self) -> str:
        """Empty."""
        return ""

    def run(self, asked: Asked, /, follow_up: FollowUp = nothing_more) -> Run:
        """Adds the messages to a transcript; those after "finished" only if the follow-up asks for more."""
        transcript = Transcript()
        run = Run(transcript=transcript, ending=self.ending)
        for message in self.messages:
            if transcript.finished and follow_up(run) is None:
                break
            transcript.add(message, asked.cases)
        return run
