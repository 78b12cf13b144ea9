"""The layers, each in a process of its own, and what the canary makes of them."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from grader.sandbox import canary
from grader.sandbox.bait import planted
from grader.sandbox.base import Ending, Isolation, Run
from grader.sandbox.isolation import LAST, LAYERS, Jail, put_up, seccomp
from grader.sandbox.transcript import Transcript
from grader.worker.probes import PROBES, probed

LINUX = sys.platform == "linux"
BY_NAME = {layer.NAME: layer for layer in (*LAYERS, *LAST)}


def behind(name, code):
    """What a program prints behind one layer; skips where the host lacks it."""
    lacking = BY_NAME[name].available()
    if lacking:
        pytest.skip(f"{name}: {lacking}")
    module = type(BY_NAME[name]).__name__ == "module" and BY_NAME[name].__name__
    privileged = "from grader.sandbox.isolation import privileges; privileges.apply(jail)"
    program = (
        f"import os, sys\nfrom grader.sandbox.isolation import Jail\nimport {module} as layer\n"
        f"jail = Jail(parent=os.getppid(), memory=1 << 28)\n{privileged}\nlayer.apply(jail)\n{code}"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout.strip() or f"{done.returncode} {done.stderr.strip().splitlines()[-1:]}"


@pytest.mark.parametrize(
    ("layer", "code", "says"),
    [
        ("user id", "print(os.getuid(), os.getgid(), os.getgroups())", "65534 65534 []"),
        ("parent-death signal", "import ctypes as c; n = c.c_int(); c.CDLL(None).prctl(2, c.byref(n)); print(n.value)", "9"),  # noqa: E501
        ("rlimits", "os.write(os.memfd_create('x'), b'x')", "1 ['OSError: [Errno 27] File too large']"),
        ("rlimits", "bytearray(1 << 29)", "1 ['MemoryError']"),
        ("rlimits", "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))", "(0, 0)"),
        ("rlimits", "import resource; print(resource.getrlimit(resource.RLIMIT_CPU))", "(600, 605)"),
        ("not dumpable", "import ctypes; print(ctypes.CDLL(None).prctl(3))", "0"),
        ("no new privileges", "import ctypes; print(ctypes.CDLL(None).prctl(39, 0, 0, 0, 0))", "1"),
        ("Landlock", "open('/etc/hostname')", "1 [\"PermissionError: [Errno 13] Permission denied: '/etc/hostname'\"]"),
        ("Landlock", "import json.tool; print(len(open('/proc/cpuinfo').read()) > 9)", "True"),
        ("Landlock", "open('/dev/shm/x', 'w')", "1 [\"PermissionError: [Errno 13] Permission denied: '/dev/shm/x'\"]"),
        ("seccomp", "open('/dev/null')", "1 [\"FileNotFoundError: [Errno 2] No such file or directory: '/dev/null'\"]"),
        ("seccomp", "os.fork()", "1 ['PermissionError: [Errno 1] Operation not permitted']"),
        ("seccomp", "os.kill(os.getppid(), 0)", "1 ['PermissionError: [Errno 1] Operation not permitted']"),
        ("seccomp", "import ctypes as c; l = c.CDLL(None, use_errno=True); l.socket(2, 1, 0); print(c.get_errno())", "1"),  # noqa: E501
        ("seccomp", "import ctypes as c; l = c.CDLL(None, use_errno=True); l.mmap(0, 4096, 3, 0x21, -1, 0); print(c.get_errno())", "1"),  # noqa: E501
        ("seccomp", "print(os.get_inheritable(0), sys.stdin.isatty())", "True False"),
        ("seccomp", "import ctypes as c; l = c.CDLL(None, use_errno=True); l.syscall(262, -100, b'/etc', c.create_string_buffer(256), 0x1000); print(c.get_errno())", "2"),  # noqa: E501
        ("seccomp", "import ctypes as c; l = c.CDLL(None, use_errno=True); l.syscall(56, 0x10B00, 0, 0, 0, 0); print(c.get_errno())", "1"),  # noqa: E501
        ("seccomp", "import ctypes as c; l = c.CDLL(None, use_errno=True); l.mmap(0, 4096, 3, 0x122, -1, 0); print(c.get_errno())", "1"),  # noqa: E501
        ("seccomp", "import _thread, time; _thread.start_new_thread(print, ('in a thread',)); time.sleep(0.2)", "in a thread"),  # noqa: E501
        ("seccomp", "import ctypes; ctypes.CDLL(None).syscall(0x40000000 + 39)", "-31 []"),
        ("seccomp", "import ctypes as c; l = c.CDLL(None, use_errno=True); l.syscall(435, 0, 0); print(c.get_errno())", "38"),  # noqa: E501
        ("seccomp", "import resource as r; r.setrlimit(r.RLIMIT_CPU, (9, 9))", "1 ['ValueError: not allowed to raise maximum limit']"),  # noqa: E501
        ("seccomp", "import resource; print(resource.getrlimit(resource.RLIMIT_NPROC)[0] != 0)", "True"),
        ("seccomp", "print(os.sched_getaffinity(0) == os.sched_getaffinity(os.getpid()) != set())", "True"),
        ("seccomp", "print(os.sched_getscheduler(0), os.sched_getparam(os.getpid()).sched_priority)", "0 0"),
        ("seccomp", "import resource as r; print(r.prlimit(0, r.RLIMIT_CORE) == r.prlimit(os.getpid(), r.RLIMIT_CORE))", "True"),  # noqa: E501
        ("seccomp", "os.sched_getaffinity(os.getppid())", "1 ['OSError: [Errno 38] Function not implemented']"),
        ("seccomp", "os.sched_getscheduler(os.getppid())", "1 ['PermissionError: [Errno 1] Operation not permitted']"),
        ("seccomp", "os.sched_getparam(1)", "1 ['PermissionError: [Errno 1] Operation not permitted']"),
        ("seccomp", "import resource as r; r.prlimit(os.getppid(), r.RLIMIT_CORE)", "1 ['PermissionError: [Errno 1] Operation not permitted']"),  # noqa: E501
        ("seccomp", "import resource as r; r.prlimit(0, r.RLIMIT_CORE, (0, 0))", "1 ['PermissionError: [Errno 1] Operation not permitted']"),  # noqa: E501
        ("seccomp", "import time; print(time.process_time() > 0, time.thread_time() > 0)", "True True"),
        ("seccomp", "import time; time.clock_gettime(~os.getppid() << 3 | 2)", "1 ['PermissionError: [Errno 1] Operation not permitted']"),  # noqa: E501
        ("seccomp", "import ctypes as c; l = c.CDLL(None, use_errno=True); [(l.syscall(202, c.byref(c.c_uint(1)), op), print(c.get_errno())) for op in (6, 136)]", "1\n1"),  # noqa: E501
        ("seccomp", "import _thread, ctypes as c, time; l = c.CDLL(None); l.pthread_self.restype = c.c_ulong; ask = lambda: print(l.pthread_getattr_np(c.c_ulong(l.pthread_self()), c.create_string_buffer(64))); _thread.start_new_thread(ask, ()); time.sleep(0.2)", "0"),  # noqa: E501
    ],
)  # fmt: skip
def test_each_layer_alone(layer, code, says):
    assert behind(layer, code) == says


def test_a_filter_holds_for_threads_that_run_already():
    code = (
        "import threading\nhold, found = threading.Event(), []\n"
        "def run():\n    hold.wait()\n    try: open('/dev/null'); found.append('open')\n"
        "    except OSError as e: found.append(e.errno)\n"
        "early = threading.Thread(target=run); early.start()\n"
        "{apply}\nhold.set(); early.join(); print(found)"
    )
    lacking = seccomp.available()
    if lacking:
        pytest.skip(lacking)
    program = (
        "import os\nfrom grader.sandbox.isolation import Jail, seccomp, privileges\njail = Jail(parent=os.getppid())\n"
    )
    apply = "privileges.apply(jail); seccomp.apply(jail)"
    done = subprocess.run(
        [sys.executable, "-c", program + code.format(apply=apply)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "[2]\n"


def test_a_filter_is_short_enough_and_every_jump_lands_inside_it():
    steps = list(seccomp.program(1))
    assert len(steps) < 4096
    for at, step in enumerate(steps):
        assert len(step) == 8
        jumps = step[0] & 7 == 5
        assert not jumps or max(step[2], step[3]) + at + 1 < len(steps)


def test_put_up_leaves_out_what_it_is_told_and_what_the_host_lacks():
    applied = []

    class Layer:
        def __init__(self, name, lacking=""):
            self.NAME, self.lacking = name, lacking

        def available(self):
            return self.lacking

        def apply(self, jail):
            applied.append((self.NAME, jail.memory))

    put_up([Layer("a"), Layer("b", "not here"), Layer("c")], Jail(parent=1, without=frozenset({"c"}), memory=7))
    assert applied == [("a", 7)]


@pytest.mark.skipif(not LINUX, reason="the probes are Linux's")
def test_without_a_wall_every_probe_gets_through():
    """In a process of its own, so that a probe that replaced or harmed it would harm nothing else."""
    code = (
        "import json, sys\nfrom grader.worker.probes import probed\nprint(json.dumps(probed(json.loads(sys.argv[1]))))"
    )
    with planted("planted") as bait:
        target = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        targets = {**bait.targets, "pid": target.pid}
        done = subprocess.run(
            [sys.executable, "-c", code, json.dumps(targets)], capture_output=True, text=True, check=True, timeout=60
        )
        target.communicate(b"\n", timeout=60)
        through = json.loads(done.stdout)
        allowed_here = {name for name in PROBES if through[name]}
        assert allowed_here >= set(PROBES) - {"trace other processes", canary.MEMORY}  # a container may forbid the one
        assert bait.taken() == {"write files", "connect by TCP", "send UDP packets", "connect to unix sockets"}
        assert bait.taken() == set()


def test_what_cannot_be_tried_is_not_called_closed():
    assert probed({}) | {"start processes": True} == {**probed({}), "start processes": True}
    assert all(probed({})[name] for name in ("read files", "connect by TCP", "signal other processes"))


class Host:
    """A runner whose canary finds what it is told."""

    note = ""
    isolation = Isolation(layers=(), missing=(), level="none")

    def __init__(self, through, ending="finished"):
        self.through, self.ending = through, ending

    def run(self, _asked, /):
        probes = {name: name in self.through for name in PROBES} if self.through is not None else {}
        return Run(transcript=Transcript(probed=probes), ending=Ending(kind=self.ending))


def examined(through, held=("Landlock", "seccomp"), **ending):
    return canary.examined(Host(through, **ending), around=("process",), held=held, missing=["user id"])


def test_levels():
    assert examined(set()).level == "strong"
    assert examined({"send UDP packets", "start processes"}).level == "partial"
    for essential in canary.ESSENTIAL:
        assert examined({essential}).level == "none"


def test_a_layer_that_silently_does_nothing_is_noticed():
    """It was put up without complaint; the canary got through all the same."""
    found = examined({"send UDP packets"})
    assert "seccomp (did nothing)" in found.missing
    assert "can send UDP packets" in found.missing
    assert found.layers == ("process", "Landlock")
    found = examined({"read files"})
    assert {"seccomp (did nothing)", "Landlock (did nothing)"} <= set(found.missing)


def test_what_arrived_is_believed_against_the_canary():
    """A canary that claims it was stopped, but whose packet came."""

    class Liar(Host):
        def run(self, asked, /):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"here", ("127.0.0.1", asked.targets["udp"]))
            return super().run(asked)

    found = canary.examined(Liar(set()), around=(), held=("seccomp",), missing=())
    assert found.level == "partial"
    assert found.missing == ("seccomp (did nothing)", "can send UDP packets")


@pytest.mark.parametrize("ending", ["time", "gone", "not_started"])
def test_a_canary_that_does_not_come_back_means_no_level(ending):
    found = examined(None, ending=ending)
    assert (found.level, found.missing) == ("none", ("the canary could not be run",))


def test_this_process_is_still_free():
    """Nothing above has walled in the tests themselves."""
    assert Path(__file__).read_text("utf-8")
