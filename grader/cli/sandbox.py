"""The commands that test the sandbox: what holds on this machine, and the attacks on it."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table
from rich.text import Text

from grader.authoring.redteam import ATTACKS, Attack, AttackError, Outcome, as_line, baited, read_attacks, run_attack
from grader.cli import console
from grader.course.loader import load
from grader.sandbox import choice
from grader.sandbox.base import Isolation, Limits, Runner
from grader.sandbox.isolation import LAST, LAYERS
from grader.sandbox.warm import WarmRunner
from grader.sandbox.warming import programs
from grader.text import plain

FACTOR = 2.0  # times the reference's time allowed to an attack on a slow machine: most loop until their time is up
LEVELS = ("none", "partial", "strong")
LAYER_NAMES = tuple(layer.NAME for layer in (*LAYERS, *LAST))
MEANING = {
    "strong": "no probe got through; suitable for grading untrusted programs",
    "partial": "no file and no other process can be reached; suitable for grading if you accept the gaps above",
    "none": "for feedback on your own programs, not for grading",
}
# What to do if a probe gets through or a layer is missing.
REMEDIES = {
    "user id": "run the grader as root in a container, or as a dedicated user",
    "Landlock": "use Linux 5.13 or later with landlock in the kernel's lsm= list",
    "seccomp": "use Linux on x86-64",
}

runner_option = click.option(
    "--runner",
    type=click.Choice(choice.NAMES),
    default=choice.DEFAULT,
    show_default=True,
    help="Run in the sandbox (warm) or in a plain process (fresh).",
)


def is_weaker(isolation: Isolation, level: str) -> bool:
    """Whether the isolation is weaker than a level."""
    return LEVELS.index(isolation.level) < LEVELS.index(level)


@click.command()
@runner_option
def doctor(runner: str) -> None:
    """Test how well the sandbox isolates submissions here."""
    with choice.runner(runner) as opened:
        isolation, note = opened.isolation, opened.note
    table = Table(Column("layer", no_wrap=True), Column("here", no_wrap=True), "what to do", box=None, pad_edge=False)
    for name in isolation.layers:
        table.add_row(name, Text("holds", style="green"), "")
    unavailable = {layer.NAME: layer.available() for layer in (*LAYERS, *LAST)} if runner == "warm" else {}
    for name in isolation.missing:
        remedy = unavailable.get(name) or ("" if runner == "warm" else "use --runner warm, on Linux")
        table.add_row(name, Text("missing", style="yellow"), remedy or REMEDIES.get(name.split(" (")[0], ""))
    console.show(table, Text(f"isolation level {isolation.level}: {MEANING[isolation.level]}", style="bold"))
    if note:
        console.show(Text(note))


@click.command()
@click.argument("names", nargs=-1)
@runner_option
@click.option(
    "--without",
    type=click.Choice(LAYER_NAMES),
    multiple=True,
    help="Leave out this layer of the sandbox. May be repeated.",
)
@click.option("--attacks", type=Path, default=ATTACKS, help="Folder that holds the attacks, each as FAMILY/NAME.py.")
@click.option("--json", "as_json_", is_flag=True, help="Print one JSON object per attack.")
def redteam(names: tuple[str, ...], runner: str, without: tuple[str, ...], attacks: Path, as_json_: bool) -> int:
    """Attack the grader with hostile submissions.

    All attacks run, or only those whose names start with one of NAMES. The exit code is 1 if one of them got through.
    """
    try:
        chosen = read_attacks(attacks, names)
    except (AttackError, OSError, ValueError) as error:
        raise click.UsageError(plain(str(error), 400)) from None
    if not chosen:
        raise click.UsageError(
            f"no attack in {plain(str(attacks), 200)} has such a name; the attacks are in tests/data/attacks "
            "of the project's source, which --attacks can name"
        )
    with choice.runner(runner, Limits(factor=FACTOR), without=without) as opened:
        isolation = opened.isolation
        outcomes = []
        try:
            for outcome in _with_progress(_attack_all(chosen, opened), len(chosen), quiet=as_json_):
                outcomes.append(outcome)
                if as_json_:
                    console.write(as_line(outcome))
        except KeyboardInterrupt:
            console.write(f"stopped after {len(outcomes)} of {len(chosen)} attacks")
    if not as_json_:
        _scoreboard(outcomes, isolation)
    return int(len(outcomes) < len(chosen) or any(outcome.gains for outcome in outcomes))


def _attack_all(attacks: list[Attack], runner: Runner) -> Iterator[Outcome]:
    exercise = load("group_norm_1d")
    if isinstance(runner, WarmRunner):
        runner.fill(list(programs(exercise))[:1])  # the honest submission between attacks is the solution
    with baited() as bait:
        for attack in attacks:
            yield run_attack(attack, exercise, runner, bait, own=lambda: _own_processes(runner))


def _own_processes(runner: Runner) -> set[int]:
    """The runner's own processes, restarted if an attack has killed them."""
    if not isinstance(runner, WarmRunner):
        return set()
    runner.rest()
    return {runner.pid} if runner.pid else set()


def _scoreboard(outcomes: list[Outcome], isolation: Isolation) -> None:
    table = Table("family", Column("held", justify="right"), Column("of", justify="right"), box=None, pad_edge=False)
    held, total = Counter(), Counter()
    through = defaultdict(list)
    for outcome in outcomes:
        family = outcome.attack.family
        total[family] += 1
        held[family] += not outcome.gains
        if outcome.gains:
            through[family].append(outcome)
    for family in total:
        table.add_row(family, str(held[family]), str(total[family]))
    table.add_row("all", str(held.total()), str(total.total()))
    console.show(
        Text(f"isolation level {isolation.level}; missing: {', '.join(isolation.missing) or 'nothing'}"), table
    )
    for family in through:
        for outcome in through[family]:
            console.show(
                Text(f"  GOT THROUGH  {outcome.attack.name}: {', '.join(outcome.gains)} ({outcome.attack.tries})")
            )


def _with_progress(outcomes: Iterator[Outcome], count: int, *, quiet: bool) -> Iterator[Outcome]:
    """A progress bar on standard error, if that is a terminal."""
    columns = (TextColumn("attacking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(
        *columns, console=console.errors(), transient=True, disable=quiet or not console.errors().is_terminal
    )
    with bar:
        yield from bar.track(outcomes, total=count)
