"""What common lines read from files in passing works behind the wall, and what cannot says that files are closed."""

import importlib.metadata
from dataclasses import replace

import pytest
from telling import said

from grader.course.loader import load
from grader.pipeline import grade
from grader.sandbox.warm import WARM_HERE, WarmRunner
from grader.submission.reading import Submission

pytestmark = pytest.mark.skipif(not WARM_HERE, reason="the warm runner needs Linux")
EXERCISE = load("group_norm_1d")
FIRST = replace(EXERCISE, spec=replace(EXERCISE.spec, cases=EXERCISE.spec.cases[:1]))
ALL = """
import datetime, getpass, importlib.metadata, locale, zoneinfo, jax
noon = datetime.datetime(2024, 1, 1, 12, tzinfo=zoneinfo.ZoneInfo("UTC"))
locale.setlocale(locale.LC_ALL, "")
with jax.profiler.trace("logs"):
    total = jax.numpy.ones(3).sum()
jax.profiler.start_trace("logs")
jax.profiler.stop_trace()
print(noon.isoformat(), getpass.getuser(), importlib.metadata.version("jax"), importlib.metadata.version("ml-dtypes"))
print(importlib.metadata.requires("flax")[0], total)
"""


@pytest.fixture(scope="module")
def runner():
    with WarmRunner() as warm:
        yield warm


@pytest.mark.full
def test_the_time_zone_the_locale_the_user_versions_and_the_profiler(runner):
    report = grade(FIRST, Submission(name="s.py", source=ALL), seed=0, runner=runner)
    assert report.error is not None
    assert report.error.kind == "missing", said(report.error)
    versions = f"{importlib.metadata.version('jax')} {importlib.metadata.version('ml-dtypes')}"
    first, second = report.cases[0].output.splitlines()
    assert first == f"2024-01-01T12:00:00+00:00 student {versions}"
    assert second == f"{importlib.metadata.requires('flax')[0]} 3.0"


@pytest.mark.full
@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("import zoneinfo; zoneinfo.ZoneInfo('Asia/Shanghai')", "ZoneInfoNotFoundError: "),
        ("import locale; locale.setlocale(locale.LC_ALL, 'de_DE.UTF-8')", "Error: unsupported locale setting"),
        ("import importlib.metadata; importlib.metadata.version('pytest')", "PackageNotFoundError: "),
        ("import socket; socket.getaddrinfo('example.org', 80)", ""),
        ("import urllib.request; urllib.request.urlopen('http://127.0.0.1')", "URLError: "),
        ("open('notes.txt', 'w')", "FileNotFoundError: "),
        ("import tempfile; tempfile.mkdtemp()", "PermissionError: "),
    ],
)
def test_what_wants_files_in_a_call_is_told_that_they_are_closed(runner, line, error):
    source = EXERCISE.solution.replace("channels = x.shape[-1]", f"channels = x.shape[-1]\n        {line}")
    report = grade(FIRST, Submission(name="s.py", source=source), seed=0, runner=runner)
    assert report.outcome == "wrong"
    assert f"blocked: files, network and other processes are closed to a submission ({error}" in said(report.cases[0])


@pytest.mark.full
@pytest.mark.parametrize(
    "lines",
    [
        "import tempfile\nfolder = tempfile.mkdtemp()",
        "import numpy as np\nnp.save('results.npy', np.ones(3))",
        "import os\nos._exit(0)",
        "import ctypes\nctypes.string_at(0)",
        "huge = bytearray(1 << 40)",
        "while True:\n    loss = 1",
        "import os\nwhile True:\n    os.write(1, b'epoch')",
    ],
)
def test_lines_that_end_the_import_cost_a_right_program_nothing(runner, lines):
    exercise = replace(FIRST, spec=replace(FIRST.spec, seconds=5.0))
    source = f"{EXERCISE.solution}\n{lines}\n"
    report = grade(exercise, Submission(name="s.py", source=source), seed=0, runner=runner)
    assert (report.outcome, report.score) == ("right", report.max_score)
    last = source.count("\n")
    assert [found.lines[-1].last for found in report.left_out] == [last]
