"""The warm runner against submissions that each try one thing, and what it leaves behind."""

import ast
import contextlib
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from telling import said

from grader.course.loader import load, slugs
from grader.pipeline import grade
from grader.plan.cases import make_plan
from grader.sandbox.base import Limits, Request
from grader.sandbox.fresh import FreshRunner
from grader.sandbox.isolation.processes import children, descendants
from grader.sandbox.warm import WARM_HERE, WarmRunner
from grader.sandbox.warming import programs
from grader.sandbox.zygote.compile_cache import OPERATIONS
from grader.submission.reading import Submission

pytestmark = pytest.mark.skipif(not WARM_HERE, reason="the warm runner needs Linux")
EXERCISE = load("group_norm_1d")
RIGHT = Submission(name="right.py", source=EXERCISE.solution)
# A case of each kind: whether a right program can run shows in them, and others would only be compiled.
KINDS = {(type(c.check), getattr(c.check, "transform", "")): c.name for c in reversed(EXERCISE.spec.cases)}
BRIEF = replace(
    EXERCISE,
    spec=replace(
        EXERCISE.spec, cases=tuple(replace(c, needs=()) for c in EXERCISE.spec.cases if c.name in KINDS.values())
    ),
)


@pytest.fixture(scope="module")
def runner():
    with WarmRunner() as warm:
        yield warm


def run(runner, source, seconds=None):
    exercise = BRIEF
    if seconds:
        exercise = replace(BRIEF, spec=replace(BRIEF.spec, seconds=seconds))
    return grade(exercise, Submission(name="s.py", source=source), seed=0, runner=runner)


def printed_by(runner, source):
    report = run(runner, source)
    assert report.error is not None
    assert report.error.kind == "missing", report.error
    return report.cases[0].output


@pytest.mark.full
def test_right_and_wrong_as_in_a_fresh_process(runner):
    fresh = FreshRunner()
    for source in (EXERCISE.solution, EXERCISE.starter + "\n#", EXERCISE.solution.replace("jnp.sqrt", "abs")):
        submission = Submission(name="s.py", source=source)
        warm, cold = (grade(EXERCISE, submission, seed=3, runner=r) for r in (runner, fresh))
        assert warm.outcome == cold.outcome
        assert [(c.outcome, said(c), c.margin) for c in warm.cases] == [
            (c.outcome, said(c), c.margin) for c in cold.cases
        ]


@pytest.mark.full
def test_the_report_says_what_held(runner):
    isolation = run(runner, "x = 1").isolation
    assert isolation.level == ("strong" if "seccomp" in isolation.layers else isolation.level)
    assert {"wall clock", "memory watchdog", "rlimits", "parent-death signal"} <= set(isolation.layers)


@pytest.mark.full
def test_nothing_of_the_callers_environment_arrives(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    with WarmRunner() as another:
        out = printed_by(another, "import os\nprint(sorted(os.environ))")
    assert "SECRET_TOKEN" not in out
    assert "HOME" in out


@pytest.mark.full
def test_it_holds_no_solution_and_nothing_of_the_judge(runner):
    ours = "m.startswith(('exercises', 'grader', 'groupnorm_jax')) and sys.modules[m]"
    modules = printed_by(runner, f"import sys\nprint(*[m for m in sys.modules if {ours}])").split()
    allowed = ("grader.worker", "grader.sandbox.isolation", "grader.sandbox.zygote")
    assert all(name in ("grader", "grader.sandbox") or name.startswith(allowed) for name in modules), modules
    key = "x_gd = x_c with c = g" + " * D + d"  # of the solution's comments
    assert key in EXERCISE.solution
    found = printed_by(
        runner,
        "import gc\nhalves = ('x_gd = x_c with c = g', ' * D + d')\n"
        "print([1 for o in gc.get_objects() if type(o) is dict for v in list(o.values())"
        " if type(v) is str and ''.join(halves) in v])",
    )
    assert found == "[]\n"


@pytest.mark.full
def test_two_forks_share_nothing(runner):
    source = "import jax, sys\nsys.modules['left'] = sys\njax.left = 1\nprint('left' in sys.modules)"
    assert printed_by(runner, source) == "True\n"
    assert printed_by(runner, "import jax, sys\nprint('left' in sys.modules, hasattr(jax, 'left'))") == "False False\n"


@pytest.mark.full
def test_standard_input_is_empty_and_no_descriptor_is_inherited(runner, tmp_path):
    with (tmp_path / "open").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        out = printed_by(
            runner,
            "import os, sys\nprint(repr(sys.stdin.read()))\nfound = []\nfor n in range(4096):\n"
            "    try: os.get_inheritable(n); found.append(n)\n    except OSError: pass\nprint(found)",
        )
    held, descriptors = out.splitlines()
    assert held == "''"
    # Beside the standard three: the answers, and what JAX's backend opened for itself in this very process.
    assert [n for n in eval(descriptors) if n > 32] == [50]


@pytest.mark.full
@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("while True: pass", "time"),
        ("import time\nwhile True: time.sleep(1)", "time"),
        ("import os\nwhile True: os.write(1, b'x' * 65536)", "time"),
        ("import os\nwhile True: os.write(50, b'\\xff' * 65536)", "garbled"),
        ("import os\nos.close(50)\nos._exit(0)", "gone"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "blocked"),
        ("import ctypes\nctypes.string_at(0)", "gone"),
    ],
)
def test_every_ending_has_its_kind(runner, source, kind):
    if kind == "blocked" and "seccomp" not in runner.isolation.layers:
        pytest.skip("seccomp is what blocks it")
    report = run(runner, source, seconds=1.0 if kind == "time" else None)
    assert (report.outcome, report.score) == ("wrong", 0)
    assert report.error is not None
    assert report.error.kind == kind
    assert run(runner, EXERCISE.solution).outcome == "right"


@pytest.mark.parametrize("bomb", ["b = bytearray(1 << 33)", "import numpy as np\nb = np.ones(1 << 30)"])
def test_memory_ends_as_a_word_of_its_own(runner, bomb):
    report = run(runner, bomb)
    assert report.error is not None
    assert report.error.kind == "memory"
    assert "out of memory" in said(report.error)


@pytest.mark.full
def test_growing_memory_is_stopped_by_the_watchdog_where_no_limit_stands():
    limits = Limits(memory=600 << 20)
    with WarmRunner(limits, without=["rlimits"]) as warm:
        report = run(warm, "b = []\nwhile True: b.append(bytearray(1 << 24))")
    assert report.error is not None
    assert report.error.kind == "memory"


@pytest.mark.full
def test_what_a_submission_started_is_ended_with_it_where_the_wall_is_low(tmp_path):
    tmp_path.chmod(0o777)
    marker = tmp_path / "alive"
    source = (
        "import os, time\n"
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        while True:\n"
        f"            open({str(marker)!r}, 'a').write('x')\n            time.sleep(0.02)\n    os._exit(0)\n"
        f"while not os.path.exists({str(marker)!r}): time.sleep(0.02)"
    )
    for folder in tmp_path.parents[:2]:
        folder.chmod(0o755)
    with WarmRunner(without=["seccomp", "Landlock", "rlimits", "user id"]) as warm:
        assert warm.isolation.level == "none"
        run(warm, source, seconds=3.0)
        assert marker.exists()
        assert descendants(os.getpid()) >= {warm.pid}
        size = marker.stat().st_size
        deadline = time.monotonic() + 0.3
        while time.monotonic() < deadline:
            pass
        assert marker.stat().st_size == size


@pytest.mark.full
def test_a_layer_left_out_shows_in_the_report():
    with WarmRunner(without=["seccomp"]) as warm:
        isolation = warm.isolation
    assert isolation.level != "strong"
    assert "seccomp" in isolation.missing
    assert "can send UDP packets" in isolation.missing


@pytest.mark.full
def test_the_warm_process_goes_with_the_runner_and_leaves_no_child():
    with WarmRunner() as warm:
        grade(BRIEF, RIGHT, seed=0, runner=warm)
        pid = warm.pid
        assert pid in descendants(os.getpid())
    assert pid not in descendants(os.getpid())


@pytest.mark.full
def test_a_warm_process_that_has_died_is_replaced():
    with WarmRunner() as warm:
        assert grade(BRIEF, RIGHT, seed=0, runner=warm).outcome == "right"
        first = warm.pid
        os.kill(first, signal.SIGKILL)
        os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
        assert grade(BRIEF, RIGHT, seed=0, runner=warm).outcome == "right"
        assert warm.pid != first


def test_a_warm_process_that_cannot_start_is_our_fault(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with WarmRunner() as warm:
        report = grade(BRIEF, RIGHT, seed=0, runner=warm)
    assert (report.outcome, report.fault) == ("not_checked", True)
    assert "No such file or directory" in said(report.cases[0])


def test_a_warm_process_without_jax_is_our_fault(monkeypatch):
    monkeypatch.setattr("grader.sandbox.fresh.trusted", lambda: [str(Path(__file__).parents[3])])
    monkeypatch.setattr(sys, "executable", sys._base_executable)  # an interpreter without our packages
    with WarmRunner() as warm:
        report = grade(BRIEF, RIGHT, seed=0, runner=warm)
    assert report.outcome == "not_checked"
    assert "the warm process ended before it was ready: ModuleNotFoundError" in said(report.cases[0])


@pytest.mark.full
def test_one_that_is_never_ready_is_our_fault():
    with WarmRunner(Limits(start=0.01)) as warm:
        report = grade(BRIEF, RIGHT, seed=0, runner=warm)
    assert report.outcome == "not_checked"
    assert "was not ready after 0.01 s" in said(report.cases[0])


@pytest.mark.full
def test_several_at_a_time(runner):
    sources = [EXERCISE.solution, "while True: pass", "import os; os._exit(1)", EXERCISE.solution, "x = 1"]
    with ThreadPoolExecutor(3) as pool:
        reports = list(pool.map(lambda s: run(runner, s, seconds=2.0), sources))
    assert [r.outcome for r in reports] == ["right", "wrong", "wrong", "right", "wrong"]
    assert reports[1].error.kind == "time"


@pytest.mark.full
def test_a_slow_machine_gives_more_time(runner):
    """The exercise's seconds are a floor: what the reference takes here, five times, is allowed in any case."""
    report = run(runner, EXERCISE.solution, seconds=1e-3)
    assert report.outcome == "right"
    loop = run(runner, "while True: pass", seconds=1e-3)
    assert "out of time: stopped after" in said(loop.error)
    assert float(said(loop.error).split("after ")[1].split(" s")[0]) > 0.05


@pytest.mark.full
def test_the_compile_cache_is_filled_from_trusted_programs_and_holds_no_whole_one():
    with WarmRunner() as warm:
        assert warm.note == ""
        one = list(programs(EXERCISE))[:1]
        assert warm.fill(one) > 10
        if warm.note:
            pytest.skip(warm.note)
        look = (
            "from grader.sandbox.zygote import compile_cache as c\n"
            "print(sorted({k.rpartition('-')[0] for k in c._given}), len(c._new))"
        )
        out = printed_by(warm, look)
        assert "jit_reshape" in out
        assert "jit_apply" not in out
        assert grade(BRIEF, RIGHT, seed=5, runner=warm).outcome == "right"
        assert printed_by(warm, look) == out


@pytest.mark.parametrize("slug", slugs())
def test_what_the_cache_keeps_of_an_exercise_is_none_of_its_programs_functions(slug, monkeypatch):
    """By name: no function of the exercise's, and none of the worker's or of JAX's that holds a whole program."""
    from grader.sandbox.zygote import compile_cache

    whole = {"apply", "loss", "gradient", "body", "cond", "scan", "while", "while_loop", "fori_loop", "<lambda>"}
    for _, own in programs(load(slug)):
        entries = {f"jit_{name}-{'0' * 64}": b"" for name in {*own, *whole, "reshape"}}
        monkeypatch.setattr(compile_cache, "_new", entries)
        assert set(compile_cache.fresh(own)) == {f"jit_reshape-{'0' * 64}"}


@pytest.mark.full
def test_a_filled_runner_holds_no_compiled_gradient():
    exercise = load("group_norm_gradient")
    look = (
        "from grader.sandbox.zygote import compile_cache as c\n"
        "print(sorted({k.rpartition('-')[0].removeprefix('jit_') for k in c._given}))"
    )
    with WarmRunner() as warm:
        assert warm.fill(list(programs(exercise))[:1]) > 0
        if warm.note:
            pytest.skip(warm.note)
        report = grade(exercise, Submission(name="s.py", source=look), seed=0, runner=warm)
    held = set(ast.literal_eval(report.cases[0].output))
    assert "reshape" in held
    assert held <= OPERATIONS
    assert not held & {"loss", "gradient", "apply"}


@pytest.mark.full
def test_a_submission_cannot_change_what_the_next_one_gets_from_the_cache():
    poison = (
        "from grader.sandbox.zygote import compile_cache as c\nfor k in list(c._given): c._given[k] = b''\nprint(1)"
    )
    with WarmRunner() as warm:
        warm.fill(list(programs(EXERCISE))[:1])
        assert printed_by(warm, poison) == "1\n"
        assert grade(BRIEF, RIGHT, seed=0, runner=warm).outcome == "right"


@pytest.mark.full
def test_modules_that_jax_and_flax_import_late_are_there_already(runner):
    """Right variants, and a tour of what learners reach for, load no module that was not there before."""
    tour = (
        "import sys\nbefore = set(sys.modules)\n"
        "import jax, jax.numpy as jnp, numpy as np, optax\nfrom flax import linen as nn, nnx\n"
        "x = jnp.arange(12.0).reshape(3, 4)\n"
        "jax.grad(lambda x: (x ** 2).sum())(x), jax.jit(jnp.tanh)(x), jax.vmap(jnp.sum)(x), jnp.linalg.norm(x)\n"
        "jax.lax.scan(lambda c, a: (c + a, a), x[0], x), jax.ops.segment_sum(x, jnp.array([0, 0, 1]), 2)\n"
        "jnp.einsum('ij,kj->ik', x, x), jnp.var(x, axis=1), jax.nn.gelu(x)\n"
        "jax.random.normal(jax.random.key(1), (3,))\n"
        "jax.hessian(lambda x: (x ** 3).sum())(x[0]), jax.lax.while_loop(lambda c: c < 3, lambda c: c + 1, 0)\n"
        "nn.Dense(3).init(jax.random.PRNGKey(0), x), nnx.Linear(4, 3, rngs=nnx.Rngs(0))(x)\n"
        "jax.make_jaxpr(jnp.sin)(x), str(x), repr(x), jax.debug.print('{}', x[0, 0]), np.random.default_rng(0)\n"
        "opt = optax.adam(0.1); opt.update(x, opt.init(x))\n"
        "try: x.reshape(5, 5)\nexcept TypeError as e: import traceback; traceback.format_exception(e)\n"
        "late = sorted(m for m in set(sys.modules) - before if m != 'submission')\nprint('LATE', late)"
    )
    assert "LATE []" in printed_by(runner, tour)
    for variant in EXERCISE.spec.right_variants[:4]:
        source = f"import sys\nbefore = set(sys.modules)\n{variant.source}\n"
        assert run(runner, source).outcome == "right", variant.name


def forks(warm, count):
    """The processes below the warm one, once there are so many: a supervisor and a worker for each fork."""
    deadline = time.monotonic() + 10
    while len(found := descendants(warm.pid)) != count and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


@pytest.mark.full
def test_the_next_fork_gets_ready_and_one_that_dies_meanwhile_costs_nothing():
    """Whoever kills it, the next submission gets another: the fork had nothing of it."""
    with WarmRunner() as warm:
        assert grade(BRIEF, RIGHT, seed=0, runner=warm).outcome == "right"
        first = forks(warm, 2)
        assert len(first) == 2
        for pid in first:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert grade(BRIEF, RIGHT, seed=0, runner=warm).outcome == "right"
        assert not forks(warm, 2) & first
        warm.rest()
        assert not forks(warm, 0)


@pytest.mark.full
def test_a_supervisor_that_is_killed_is_a_fault_of_ours():
    """Out of memory, for instance, the kernel may choose it; its submission has not been graded."""
    asleep = Submission(name="s.py", source="import time\ntime.sleep(600)")
    with WarmRunner() as warm, ThreadPoolExecutor(1) as pool:
        assert grade(EXERCISE, RIGHT, seed=0, runner=warm).outcome == "right"
        report = pool.submit(grade, EXERCISE, asleep, seed=0, runner=warm)
        while not report.done():
            for pid in children(warm.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)
    assert report.result().outcome == "not_checked"
    assert said(report.result().error).startswith("the process that watched over the submission was killed;")


@pytest.mark.full
def test_a_fork_that_was_made_before_the_cache_was_filled_is_not_used():
    look = "from grader.sandbox.zygote import compile_cache as c\nprint(len(c._given) > 10)"
    with WarmRunner() as warm:
        assert printed_by(warm, look) == "False\n"
        warm.fill(list(programs(EXERCISE))[:1])
        if warm.note:
            pytest.skip(warm.note)
        assert printed_by(warm, look) == "True\n"


@pytest.mark.full
def test_the_reference_is_timed_without_the_cache():
    """The cache is filled from it: with it, it would take no time, while other right programs still compile."""
    look = "import os\nfrom grader.sandbox.zygote import compile_cache as c\nif c._given: os._exit(1)\n"
    reference = Submission(name="r.py", source=look + EXERCISE.solution)
    loop = Submission(name="s.py", source="while True: pass")
    plan = make_plan(replace(BRIEF, spec=replace(BRIEF.spec, seconds=1e-3)), seed=0)
    with WarmRunner() as warm:
        assert warm.fill(list(programs(EXERCISE))[:1]) > 10
        run = warm.run(Request(plan=plan, submission=loop, solution=reference))
    assert run.ending.kind == "time"
    assert float(run.ending.detail.split()[0]) > 1e-3


def test_a_closed_runner_starts_nothing():
    with WarmRunner() as warm:
        pass
    report = grade(BRIEF, RIGHT, seed=0, runner=warm)
    assert (report.outcome, report.fault) == ("not_checked", True)
    assert "this runner has been closed; make another" in said(report.cases[0])
    assert warm.pid is None


@pytest.mark.full
def test_trusted_programs_have_time_to_fill_the_cache_however_busy_the_machine():
    with WarmRunner(Limits(seconds=1e-3)) as warm:
        assert warm.fill(list(programs(EXERCISE))[:1]) > 10


@pytest.mark.full
def test_filling_stays_in_step_whatever_a_program_does():
    request, names = next(iter(programs(EXERCISE)))
    ends = replace(request, submission=Submission(name="s.py", source="import os; os._exit(0)"))
    with WarmRunner() as warm:
        assert warm.fill([(ends, set())]) == 0
        first = warm.fill([(request, names)])
        assert first > 10
        assert warm.fill([(ends, set())]) == 0


def test_cut_entries_of_the_cache_are_none():
    from grader.sandbox.zygote import compile_cache

    packed = compile_cache.packed({"jit_a-1": b"abc", "jit_b-2": b""})
    assert compile_cache.unpacked(packed) == {"jit_a-1": b"abc", "jit_b-2": b""}
    assert compile_cache.unpacked(packed[:-1]) == compile_cache.unpacked(b"") == {}


@pytest.mark.full
def test_linear_algebra_works_behind_the_wall(runner):
    """LAPACK's kernels come from SciPy, which JAX imports when they are first called."""
    source = EXERCISE.solution.replace(
        "channels = x.shape[-1]", "channels = int(jnp.round(jnp.linalg.inv(jnp.eye(3))[0, 0])) * x.shape[-1]"
    )
    assert source != EXERCISE.solution
    source = f"import jax.scipy.linalg\nimport scipy.special\n{source}"
    assert [said(c) for c in run(runner, source).cases if c.outcome != "right"] == []
