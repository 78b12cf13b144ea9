"""Seconds from a submission to its verdict: our grader beside otter-grader, gradescope-utils and pytest.

    pip install -e '.[bench]' && python benchmarks/grader_latency.py --rounds 21

Every round takes one of the programs in ``submissions/`` (none of them is an exercise's solution or right variant)
through every tool in turn, and begins with another tool each time. All grade ``group_norm_1d``: same cases, same inputs
(``grader.plan.cases.make_plan``), same expected values. The verdict is checked in every run, down to the
number of failed cases, and a wrong one ends the benchmark: a tool that grades wrongly has no latency.

What is compared: from a file on disk to a report as JSON. For the peers that is a command, from its start to its end,
as they are used; for ours a call in a grader that is running: "ours warm" after a pause, in which it has made the next
fork ready, as in a service or on a learner's save; "ours at once" with no pause since the submission before, as in a
batch. What a grader pays once (to start the warm process, try its wall, fill its compile cache) is not in the table,
but printed below it. Peers get what
helps them: their bytecode is cached, pytest loads no other plugin, otter's home is set up, and ``--cache`` lets JAX
keep on disk what it compiles, from the eighth round on of these very programs. They do slightly less: no diagnosis, no
isolation, no output where only parameters are checked, one tolerance a case (the largest of ours) and not one a value.
Not compared: notebooks, otter's containers (``otter grade``), Gradescope's own queue, several at a time.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from peers import PEERS, BenchmarkError, Prepared, Verdict, version_of

from grader.course.loader import Loaded, load
from grader.pipeline import check_file
from grader.reports import as_json
from grader.sandbox.base import Runner
from grader.sandbox.canary import reached
from grader.sandbox.fresh import FreshRunner
from grader.sandbox.warm import WARM_HERE, WarmRunner
from grader.sandbox.warming import programs

SUBMISSIONS = Path(__file__).with_name("submissions")
SEED = 1  # another than the compile cache is filled with
MORE = "warm, nd"  # the warm grader on the longer exercise
PAUSE = 0.5  # seconds in which a running grader gets its next fork ready
BUSY = "busy"  # the warm grader, with no pause since the submission before
TOOLS = ("warm", "fresh", *(peer.name for peer in PEERS))
PACKAGES = ("jax", "jaxlib", "flax", "numpy", "otter-grader", "gradescope-utils", "pytest", "pytest-json-report")

Grade = Callable[[Path], tuple[Verdict, float]]


@dataclass
class Times:
    """Seconds of one tool, and those of them that went into right submissions."""

    seconds: list[float] = field(default_factory=list)
    right: list[float] = field(default_factory=list)

    def add(self, seconds: float, *, right: bool) -> None:
        """Takes one run."""
        self.seconds.append(seconds)
        if right:
            self.right.append(seconds)

    def at(self, percent: float) -> float:
        """A percentile."""
        return float(np.percentile(self.seconds, percent))


def main() -> int:
    """Measures and prints."""
    options = _options()
    order = submissions()
    print(machine())
    once: dict[str, float] = {}
    try:
        with ExitStack() as stack:
            tools = _tools(stack, options, once)
            first = next(path for path in order if is_right(path))
            for path in (first, next(path for path in order if not is_right(path))):
                one_round(tools, path)  # not counted: the first run of a tool writes its bytecode
            times = {name: Times() for name in tools}
            for number in range(options.rounds):
                path = order[number % len(order)]
                for name, seconds in one_round(tools, path, turn=number).items():
                    times[name].add(seconds, right=is_right(path))
                _progress(number + 1, options.rounds)
    except BenchmarkError as error:
        print(f"\nNOTHING WAS MEASURED: {error}", file=sys.stderr)
        return 1
    print(table(times))
    print(breakdown(times, once))
    print(f"load average now {os.getloadavg()[0]:.1f}")
    return 0


@contextmanager
def ours_warm(exercises: list[Loaded], once: dict[str, float]) -> Iterator[WarmRunner]:
    """The warm grader as it is used in a batch: started, its wall tried, its compile cache filled.

    Args:
      exercises: what the cache is filled for.
      once: takes what each step has cost, in seconds.
    """
    with WarmRunner() as runner:
        first, canary = (_timed(lambda: reached(runner)) for _ in range(2))
        once["start of the warm process"] = max(0.0, first - canary)
        once["canary"] = _timed(lambda: runner.isolation)
        for exercise in exercises:
            chosen = list(programs(exercise))
            what = f"compile cache for {exercise.slug}, {len(chosen)} programs"
            once[what] = _timed(lambda p=chosen: runner.fill(p))
        if runner.note:
            print(f"note of the warm runner: {runner.note}")
        print(f"isolation of the warm runner: {runner.isolation.level}")
        yield runner


def ours(exercise: Loaded, runner: Runner) -> Grade:
    """Grades a file as ``grader check --format json`` does."""

    def grade(path: Path) -> tuple[Verdict, float]:
        began = time.perf_counter()
        report = check_file(exercise, path, seed=SEED, runner=runner)
        as_json.render(report)
        seconds = time.perf_counter() - began
        outcomes = [case.outcome for case in report.cases]
        if "not_checked" in outcomes:
            raise BenchmarkError(f"our own grader failed on {path.name}: {report.error}")
        return Verdict(cases=len(outcomes), failed=outcomes.count("wrong")), seconds

    return grade


def after_a_pause(grade: Grade) -> Grade:
    """Grades a file when the grader has had time to get ready, with or without peers to measure in between."""

    def rested(path: Path) -> tuple[Verdict, float]:
        time.sleep(PAUSE)
        return grade(path)

    return rested


def at_once(grade: Grade) -> Grade:
    """Grades a file right after another, which is not measured: nothing could be made ready in between."""

    def after_another(path: Path) -> tuple[Verdict, float]:
        grade(path)
        return grade(path)

    return after_another


def one_round(tools: dict[str, Grade], path: Path, *, turn: int = 0) -> dict[str, float]:
    """One submission through every tool; returns seconds by tool.

    Raises:
      BenchmarkError: if a verdict is wrong, or two tools disagree on how many cases failed.
    """
    names = list(tools)
    names = names[turn % len(names) :] + names[: turn % len(names)]
    if not is_right(path):
        names = [name for name in names if name != MORE]
    verdicts, seconds = {}, {}
    for name in names:
        verdicts[name], seconds[name] = tools[name](path)
        if (verdicts[name].failed == 0) != is_right(path) or not verdicts[name].cases:
            raise BenchmarkError(f"{name} says of {path.name}: {verdicts[name]}")
    if len({verdict for name, verdict in verdicts.items() if name != MORE}) > 1:
        raise BenchmarkError(f"the tools disagree on {path.name}: {verdicts}")
    return seconds


def submissions() -> list[Path]:
    """The programs, a wrong one after every second right one."""
    right = sorted(SUBMISSIONS.glob("right_*.py"))
    for index, path in enumerate(sorted(SUBMISSIONS.glob("wrong_*.py"))):
        right.insert(3 * index + 2, path)
    return right


def is_right(path: Path) -> bool:
    """What its name says."""
    return path.name.startswith("right")


def _tools(stack: ExitStack, options: argparse.Namespace, once: dict[str, float]) -> dict[str, Grade]:
    """The tools that are there and wanted, at least one."""
    tools = dict(_found(stack, options, once))
    if not tools:
        raise BenchmarkError("no tool is left to measure")
    return tools


def _found(stack: ExitStack, options: argparse.Namespace, once: dict[str, float]) -> Iterator[tuple[str, Grade]]:
    exercise, more = load("group_norm_1d"), load("group_norm_nd")
    wanted = set(TOOLS) - set(options.without)
    if "warm" in wanted and not WARM_HERE:
        print("warm: skipped, it needs Linux")
    elif "warm" in wanted:
        warm = stack.enter_context(ours_warm([exercise, more], once))
        yield "warm", after_a_pause(ours(exercise, warm))
        yield BUSY, at_once(ours(exercise, warm))
        yield MORE, after_a_pause(ours(more, warm))
    if "fresh" in wanted:
        yield "fresh", ours(exercise, stack.enter_context(FreshRunner()))
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grader-latency-")))
    for peer in PEERS:
        if peer.name in wanted and peer.missing:
            print(f"{peer.name}: skipped, not installed: {', '.join(peer.missing)}")
        elif peer.name in wanted:
            prepared = Prepared(peer, exercise, folder / peer.name, seed=SEED, cache=options.cache)
            yield peer.name, prepared.grade


def table(times: dict[str, Times]) -> str:
    """Tool, median, percentiles, and how many times the warm grader's median."""
    warm = times["warm"].at(50) if "warm" in times else None
    lines = [f"\n{'tool':<13}{'median s':>10}{'p10':>9}{'p90':>9}{'runs':>6}{'times ours warm':>17}"]
    for name, of in times.items():
        if name == MORE:
            continue
        ratio = f"{of.at(50) / warm:.1f}" if warm else "-"
        shown = {"warm": "ours warm", BUSY: "ours at once", "fresh": "ours fresh"}.get(name, name)
        lines.append(f"{shown:<13}{of.at(50):>10.3f}{of.at(10):>9.3f}{of.at(90):>9.3f}{len(of.seconds):>6}{ratio:>17}")
    return "\n".join(lines)


def breakdown(times: dict[str, Times], once: dict[str, float]) -> str:
    """What a further case costs, and what is paid once."""
    lines = []
    if MORE in times:
        short, long = (len(load(slug).spec.cases) for slug in ("group_norm_1d", "group_norm_nd"))
        less, more = (float(np.median(times[name].right)) for name in ("warm", MORE))
        each = 1000 * (more - less) / (long - short)
        lines += [
            f"\nours warm, right ones: group_norm_1d {less:.3f} s for {short} cases, _nd {more:.3f} s for {long}",
            f"each further case: {each:.1f} ms; each case of group_norm_1d, all included: {1000 * less / short:.1f} ms",
        ]
    lines += [f"once: {seconds:.2f} s, {what}" for what, seconds in once.items()]
    return "\n".join(lines)


def machine() -> str:
    """Machine and versions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = ", ".join(f"{package} {version_of(package) or 'not installed'}" for package in PACKAGES)
    return (
        f"{_processor()}, {cores} cores to use, {platform.system()} {platform.release()}, "
        f"load average {os.getloadavg()[0]:.1f}\nPython {platform.python_version()}, {versions}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    found = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(found, platform.machine())


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _progress(done: int, rounds: int) -> None:
    print(f"\rround {done} of {rounds}", end="\n" if done == rounds else "", file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Seconds to a verdict, beside other graders.")
    parser.add_argument("--rounds", type=int, default=21, help="counted rounds; seven submissions take turns")
    parser.add_argument("--without", action="append", choices=TOOLS, default=[], help="leave a tool out; repeatable")
    parser.add_argument("--cache", action="store_true", help="give the peers JAX's compile cache on disk")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    return options


if __name__ == "__main__":
    sys.exit(main())
