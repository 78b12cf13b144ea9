"""The judge's eyes: what is over a limit is stopped, and named."""

import os
import socket
import time
from threading import Thread

import pytest
from sampled import first_rows
from telling import said

from grader.course.loader import load
from grader.pipeline import grade
from grader.sandbox.base import Limits, nothing_more
from grader.sandbox.choice import runner
from grader.sandbox.watchdog import CHUNK, Watch
from grader.submission.reading import Submission
from grader.worker.wire import PRINTED_CAP

EXERCISE = load("group_norm_1d")
THREADS = (
    "import threading, time\n"
    "for _ in range(200): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
)


class Nothing:
    """A task that asks for no answer."""

    cases, seconds, reference = 0, 1.0, None


@pytest.mark.full
@pytest.mark.parametrize(
    ("source", "limits", "kind", "says"),
    first_rows([
        (THREADS + "time.sleep(60)", Limits(), "threads", "started more than 128 threads and was stopped"),
        ("import time\ntime.sleep(60)", Limits(seconds=0.5), "time", "out of time: stopped after 0.5 s while"),
        ("import os\nwhile True: os.write(1, b'x' * 65536)", Limits(seconds=0.5), "time", "stopped after 0.5 s while"),
    ]),
)  # fmt: skip
def test_limits(source, limits, kind, says):
    with runner(limits=limits) as where:
        report = grade(EXERCISE, Submission(name="s.py", source=source), seed=0, runner=where)
    assert report.error is not None
    assert report.error.kind == kind
    assert says in said(report.error)
    assert (report.outcome, report.score) == ("wrong", 0)


@pytest.mark.full
def test_out_of_time_says_in_which_phase():
    loop = EXERCISE.solution.replace("channels = x.shape[-1]", "channels = x.shape[-1]\n        while True: pass")
    in_jit = EXERCISE.solution.replace(
        "channels = x.shape[-1]",
        "channels = x.shape[-1]\n        import jax\n        while isinstance(x, jax.core.Tracer): pass",
    )
    with runner(limits=Limits(seconds=4.0)) as where:
        nd = load("group_norm_nd")
        first = grade(nd, Submission(name="s.py", source=loop), seed=0, runner=where)
        later = grade(nd, Submission(name="s.py", source=in_jit), seed=0, runner=where)
    assert "out of time: stopped after 4 s in this case" in said(first.cases[0])
    told = [said(case) for case in later.cases if "out of time" in said(case)]
    assert told == [
        "out of time: stopped after 4 s in this case, while jit compiled it; is there a loop without an end?"
    ]


@pytest.mark.full
@pytest.mark.parametrize("line", ["print('x' * 300_000)", "import os; os.write(1, b'x' * 300_000)"])
def test_a_right_program_that_prints_without_measure_in_every_call_is_right(line):
    source = EXERCISE.solution.replace("channels = x.shape[-1]", f"channels = x.shape[-1]\n        {line}")
    with runner(limits=Limits(seconds=60.0)) as where:
        report = grade(EXERCISE, Submission(name="s.py", source=source), seed=0, runner=where)
    assert (report.outcome, report.score) == ("right", report.max_score)
    assert ("was cut" in report.note) == line.startswith("print")
    assert all(len(case.output) <= PRINTED_CAP for case in report.cases)


def test_a_flood_takes_the_judge_no_memory():
    """However much comes before the next message, the judge holds one chunk of it."""
    ours, theirs = os.pipe()
    answers, other = socket.socketpair()
    with answers, other, os.fdopen(ours, "rb") as output, os.fdopen(theirs, "wb", buffering=0) as flood:

        class Worker:
            pid = None

            def __init__(self):
                self.answers, self.output, self.left = answers.fileno(), output.fileno(), 40

            def poll(self):
                self.left -= 1
                if self.left > 0:
                    flood.write(b"x" * CHUNK)
                return 0 if self.left < 0 else None

        watch = Watch(Worker(), Nothing(), Limits(), run=None)
        run = watch.run(nothing_more)
    assert run.ending.kind == "not_started"  # it never said that it was ready
    assert len(watch._tail) == CHUNK
    assert len(run.printed) == PRINTED_CAP


def test_a_question_larger_than_a_channel_holds_arrives_whole():
    question, heard = bytes(range(256)) * 20_000, bytearray()
    ours, theirs = socket.socketpair()

    def read():
        while len(heard) < len(question):
            heard.extend(theirs.recv(1 << 16))

    class Worker:
        answers = ours.fileno()

    with ours, theirs:
        ours.setblocking(False)
        watch, reading = Watch(Worker(), Nothing(), Limits(), run=None), Thread(target=read, daemon=True)
        reading.start()
        watch._deadline = time.monotonic() + 20
        watch._ask(question)
        reading.join(3)
        assert heard == question
        watch._deadline = time.monotonic() + 0.1  # nobody reads
        watch._ask(question)
