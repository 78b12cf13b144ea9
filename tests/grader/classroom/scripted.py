"""A class without processes: a runner that plays what a submission's text says."""

import threading
from contextlib import contextmanager

import numpy as np
from telling import said

from grader.classroom import grading
from grader.classroom.executor import LocalExecutor
from grader.classroom.shared_runner import SharedRunner
from grader.classroom.submissions import HandedIn
from grader.course import Parameters, Raises
from grader.course.loader import load
from grader.judge.comparison import float64_arrays
from grader.report import ReportError
from grader.sandbox.base import CancelledError, Ending
from grader.sandbox.fake import FakeRunner
from grader.submission.reading import Submission
from grader.worker.wire import Message

EXERCISE = load("group_norm_1d")
NO = {"kind": "raised", "type": "ValueError", "message": "no", "frames": [], "exception": True}


def right_arrays(case):
    arrays = float64_arrays(case, EXERCISE.spec.reference)
    if isinstance(case.case.check, Parameters):
        return {f"params/{n}": arrays[n].astype(np.float32) for n in ("gamma", "beta")} | {"value": value(case, arrays)}
    return {"value": value(case, arrays)}


def value(case, arrays):
    return EXERCISE.spec.reference.value(arrays, case.arguments).astype(np.float32)


def messages(asked, *, wrong):
    yield Message({"event": "ready"}, {})
    yield Message({"event": "loaded", "printed": ""}, {})
    for index, case in enumerate(asked.plan.cases):
        problem = NO if wrong or isinstance(case.case.check, Raises) else None
        yield Message({"event": "started", "case": index}, {})
        body = {"event": "answered", "case": index, "problem": problem, "printed": ""}
        yield Message(body, {} if problem else right_arrays(case))
    yield Message({"event": "finished"}, {})


class Script:
    """Runs texts such as "right", "wrong", "dies", "raises" or "dies once"; notes what ran, and in which runner."""

    def __init__(self):
        self.ran, self.made, self.closed = [], 0, 0
        self.stop = threading.Event()
        self.on_run = lambda _: None

    @contextmanager
    def make(self):
        self.made += 1
        yield Scripted(self, self.made)
        self.closed += 1


class Scripted(FakeRunner):
    def __init__(self, script, number):
        super().__init__(())
        object.__setattr__(self, "script", script)
        object.__setattr__(self, "number", number)

    def run(self, asked, /, follow_up=lambda _: None):
        words = asked.submission.source.split()
        self.script.ran.append((asked.submission.source, self.number))
        self.script.on_run(asked.submission.source)
        if "waits" in words:
            self.script.stop.wait(60)
            raise CancelledError
        first = sum(source == asked.submission.source for source, _ in self.script.ran) == 1
        if "raises" in words and (first or "once" not in words):
            raise RuntimeError("words of the submission")
        if "dies" in words and (first or "once" not in words):
            return FakeRunner((), Ending(kind="not_started", detail="the warm process is gone")).run(asked)
        return FakeRunner(tuple(messages(asked, wrong="wrong" in words))).run(asked, follow_up)


def executor(book, script, jobs):
    """Threads that play the script's texts."""
    runners, hidden = SharedRunner(script.make), book.seed is None

    def work(text):
        return grading.graded(EXERCISE, text.submission, runners, seed=text.seed, hidden=hidden)

    return LocalExecutor(work, jobs, script.stop)


def handed_in(**texts):
    """Students by what they handed in; a ReportError stands for what is no file."""
    return [
        HandedIn(student=s, name=s.title(), file="", sha256=f"none:{said(t)}", problem=t)
        if isinstance(t, ReportError)
        else HandedIn(
            student=s, name=s.title(), file=f"{s}.py", sha256=f"sha {t}", submission=Submission(name="x.py", source=t)
        )
        for s, t in texts.items()
    ]
