"""What /proc says about processes, asked about processes of our own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.sandbox.isolation import processes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
WAITING = "import threading\nthreading.Thread(target=input).start()\nprint(flush=True)"
PARENT = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'print(flush=True); input()']).wait()"


@pytest.fixture
def started():
    running = []

    def start(source):
        running.append(subprocess.Popen([sys.executable, "-c", source], stdin=-1, stdout=-1))
        running[-1].stdout.readline()
        return running[-1].pid

    yield start
    for process in running:
        process.communicate(b"\n")


def test_a_process_s_parent_threads_and_memory(started):
    found = processes.status(started(WAITING))
    assert (found.parent, found.threads) == (os.getpid(), 2)
    assert 1 << 20 < found.resident < 1 << 30


def test_a_process_that_is_gone_has_none():
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert processes.status(gone.pid) is None
    assert processes.children(gone.pid) == []


@pytest.mark.parametrize("kernel", ["with the list of children", "without it"])
def test_children_and_their_children(started, monkeypatch, kernel):
    if kernel == "without it":
        read = Path.read_text
        monkeypatch.setattr(
            Path, "read_text", lambda path, *more: read(path if path.name == "stat" else path / "no", *more)
        )
    pid = started(PARENT)
    (child,) = processes.children(pid)
    assert processes.status(child).parent == pid
    assert {pid, child} <= processes.descendants(os.getpid())
    assert processes.descendants(pid) == {child}
