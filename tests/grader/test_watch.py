"""The judge's eyes: what is over a limit is stopped, and named."""

import pytest

from exercises.loader import load
from grader.pipeline import grade
from grader.runners.base import Limits
from grader.runners.choice import runner
from grader.submission import Submission

EXERCISE = load("group_norm_1d")
THREADS = (
    "import threading, time\n"
    "for _ in range(200): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
)


@pytest.mark.parametrize(
    ("source", "limits", "kind", "says"),
    [
        (THREADS + "time.sleep(60)", Limits(), "threads", "started more than 128 threads and was stopped"),
        ("import time\ntime.sleep(60)", Limits(seconds=0.5), "time", "out of time: stopped after 0.5 s while"),
        ("print('x' * 5000)\nimport time; time.sleep(60)", Limits(output=4096), "output", "printed more than 0.0039"),
    ],
)  # fmt: skip
def test_limits(source, limits, kind, says):
    with runner(limits=limits) as where:
        report = grade(EXERCISE, Submission(name="s.py", source=source), seed=0, runner=where)
    assert report.error is not None
    assert report.error.kind == kind
    assert says in report.error.message
    assert (report.outcome, report.score) == ("wrong", 0)


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
    assert "out of time: stopped after 4 s in this case" in first.cases[0].message
    told = [case.message for case in later.cases if "out of time" in case.message]
    assert told == [
        "out of time: stopped after 4 s in this case, while jit compiled it; is there a loop without an end?"
    ]
