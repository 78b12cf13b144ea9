"""Where a submission's code runs: one interface, several walls."""

from grader.runners.base import Asked, Ending, Isolation, Request, Run, Runner

__all__ = ["Asked", "Ending", "Isolation", "Request", "Run", "Runner"]
