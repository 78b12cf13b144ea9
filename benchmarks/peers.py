"""Other graders, each given the same cases as ours: how it is set up, run, and what its report says."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from grader.course import Parameters, Raises, Value
from grader.course.loader import Loaded
from grader.judge.comparison import float64_arrays
from grader.judge.tolerance import allowed_error
from grader.plan.cases import PlannedCase, make_plan

TESTS = Path(__file__).with_name("peer_tests")
PATIENCE = 300.0  # seconds for one run
# As in our own worker's environment: the processor, and pools of one thread.
SETTINGS = {"JAX_PLATFORMS": "cpu", "OPENBLAS_NUM_THREADS": "1", "NPROC": "1"}
# Makes JAX keep on disk all that it compiles, however quick that was.
DISK_CACHE = {
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
}


class BenchmarkError(Exception):
    """A measurement would mean nothing; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a tool said of a submission: how many cases there were, and how many of them failed."""

    cases: int
    failed: int


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A tool.

    Attributes:
      name: for the table.
      packages: what must be installed.
      prepare: sets the working folder up, once.
      command: what is run, in the working folder, for the folder that holds submission.py.
      verdict: reads the report that was written to that folder.
      environment: what it needs beyond the common settings.
    """

    name: str
    packages: tuple[str, ...]
    prepare: Callable[[Path], None]
    command: Callable[[Path], list[str]]
    verdict: Callable[[Path], Verdict]
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def missing(self) -> list[str]:
        """Packages that are not installed."""
        return [package for package in self.packages if version_of(package) is None]


class Prepared:
    """A peer in its working folder."""

    def __init__(self, peer: Peer, exercise: Loaded, folder: Path, *, seed: int, cache: bool) -> None:
        """Sets it up.

        Args:
          peer: the tool.
          exercise: what is graded.
          folder: to be its working folder and, below it, its home; both stay as they are from run to run.
          seed: of the inputs.
          cache: whether JAX keeps what it compiles on disk, from run to run.
        """
        self.peer, self._folder = peer, folder / "work"
        home = folder / "home"
        for new in (self._folder, home):
            new.mkdir(parents=True)
        kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "LANG", "LC_ALL") if name in os.environ}
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
        self._environment = {**kept, **SETTINGS, **dict(peer.environment), "PATH": path, "HOME": str(home)}
        if cache:
            self._environment |= {**DISK_CACHE, "JAX_COMPILATION_CACHE_DIR": str(folder / "cache")}
        write_cases(exercise, self._folder, seed=seed)
        peer.prepare(self._folder)

    def grade(self, submission: Path) -> tuple[Verdict, float]:
        """The verdict and the seconds from the command's start to its end."""
        with tempfile.TemporaryDirectory() as folder:
            shutil.copyfile(submission, Path(folder, "submission.py"))
            began = time.perf_counter()
            done = subprocess.run(  # the peer's own command
                self.peer.command(Path(folder)),
                cwd=self._folder,
                env={**self._environment, "PYTHONPATH": folder},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
            seconds = time.perf_counter() - began
            try:
                return self.peer.verdict(Path(folder)), seconds
            except (OSError, ValueError, LookupError) as error:
                said = f"{error}\n{(done.stdout + done.stderr).decode('utf-8', 'replace')[-2000:]}"
                raise BenchmarkError(f"{self.peer.name} wrote no report on {submission.name}: {said}") from None


def version_of(package: str) -> str | None:
    """Its version, if it is installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def write_cases(exercise: Loaded, folder: Path, *, seed: int) -> None:
    """Writes cases.json and cases.npz, with the expected values, and copies checks.py, which reads them."""
    cases, arrays = [], {}
    for index, planned in enumerate(make_plan(exercise, seed=seed).cases):
        case, named = _case(exercise, planned)
        cases.append(case)
        arrays |= {f"{index}/{name}": array for name, array in named.items()}
    (folder / "cases.json").write_text(json.dumps(cases), "utf-8")
    np.savez(folder / "cases.npz", **arrays)
    shutil.copyfile(TESTS / "checks.py", folder / "checks.py")


def _case(exercise: Loaded, planned: PlannedCase) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    """One case as checks.py reads it."""
    reference, check = exercise.spec.reference, planned.case.check
    body = {"name": planned.case.name, "seed": planned.seed, "arguments": planned.arguments}
    if isinstance(check, Raises):
        return {**body, "kind": "raises"}, {"x": planned.x}
    arrays = float64_arrays(planned, reference)
    if isinstance(check, Parameters):
        first = reference.parameters(arrays, planned.arguments)
        return {**body, "kind": "parameters", "parameters": sorted(first)}, {"x": planned.x, **first}
    if check != Value(flatten=True):
        raise BenchmarkError(f"peer_tests/checks.py cannot check the case {planned.case.name!r}")
    expected = reference.value(arrays, planned.arguments)
    allowed = allowed_error(reference, arrays, planned.arguments, planned.x.dtype, expected)
    body |= {"kind": "value", "allowed": float(allowed.max()), "parameters": sorted(planned.parameters)}
    return body, {"x": planned.x, "expected": expected.ravel(), **planned.parameters}


def _read(path: Path) -> dict:
    return json.loads(path.read_text("utf-8"))


def _prepare_otter(folder: Path) -> None:
    """Makes the autograder's zip with otter's own command."""
    for name, target in (("otter_test.py", "tests/group_norm.py"), ("checks.py", "support/checks.py")):
        (folder / target).parent.mkdir()
        shutil.copyfile(TESTS / name, folder / target)
    for name in ("cases.json", "cases.npz"):
        shutil.move(folder / name, folder / "support" / name)
    support = ["support/checks.py", "support/cases.json", "support/cases.npz"]
    done = subprocess.run(  # otter's own command
        [sys.executable, "-m", "otter", "generate", "-t", "tests", "-o", "autograder.zip", *support],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise BenchmarkError(f"otter generate failed: {done.stderr.decode('utf-8', 'replace')[-2000:]}")


def _otter_command(folder: Path) -> list[str]:
    zipped = ["-a", "autograder.zip", "-o", str(folder)]
    return [sys.executable, "-m", "otter", "run", "--no-logo", *zipped, str(folder / "submission.py")]


def _otter_verdict(folder: Path) -> Verdict:
    """A question has a point for each case."""
    questions = [test for test in _read(folder / "results.json")["tests"] if "max_score" in test]
    points, earned = (round(sum(question[key] for question in questions)) for key in ("max_score", "score"))
    return Verdict(cases=points, failed=points - earned)


def _prepare_gradescope(folder: Path) -> None:
    (folder / "tests").mkdir()
    shutil.copyfile(TESTS / "gradescope_test.py", folder / "tests" / "test_group_norm.py")
    shutil.copyfile(TESTS / "gradescope_run.py", folder / "run_tests.py")


def _gradescope_verdict(folder: Path) -> Verdict:
    tests = _read(folder / "results.json")["tests"]
    return Verdict(cases=len(tests), failed=sum(test["status"] != "passed" for test in tests))


def _prepare_pytest(folder: Path) -> None:
    shutil.copyfile(TESTS / "pytest_test.py", folder / "test_group_norm.py")
    (folder / "pytest.ini").write_text("[pytest]\n", "ascii")


def _pytest_command(folder: Path) -> list[str]:
    # Of all plugins that are installed, only those that the report needs.
    plugins = ["-p", "pytest_metadata.plugin", "-p", "pytest_jsonreport.plugin"]
    report = ["--json-report", f"--json-report-file={folder / 'report.json'}"]
    return [sys.executable, "-m", "pytest", "-q", *plugins, *report]


def _pytest_verdict(folder: Path) -> Verdict:
    summary = _read(folder / "report.json")["summary"]
    return Verdict(cases=summary["total"], failed=summary["total"] - summary.get("passed", 0))


PEERS = (
    Peer(
        name="otter",
        packages=("otter-grader", "ipykernel"),
        prepare=_prepare_otter,
        command=_otter_command,
        verdict=_otter_verdict,
    ),
    Peer(
        name="gradescope",
        packages=("gradescope-utils",),
        prepare=_prepare_gradescope,
        command=lambda folder: [sys.executable, "run_tests.py", str(folder / "results.json")],
        verdict=_gradescope_verdict,
    ),
    Peer(
        name="pytest",
        packages=("pytest", "pytest-json-report"),
        prepare=_prepare_pytest,
        command=_pytest_command,
        verdict=_pytest_verdict,
        environment=(("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"),),
    ),
)
