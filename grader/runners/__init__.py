"""Where a submission's code runs: one interface, several walls."""

from grader.runners.base import Ending, Isolation, Request, Run, Runner

__all__ = ["Ending", "Isolation", "Request", "Run", "Runner"]
