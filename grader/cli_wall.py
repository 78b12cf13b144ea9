"""The commands about the wall itself: what holds on this host, and the attacks on it."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table
from rich.text import Text

from exercises.loader import load
from grader import console
from grader.filling import programs
from grader.isolation import LAST, LAYERS
from grader.redteam import ATTACKS, Attack, AttackError, Outcome, as_line, baited, read_attacks, run_attack
from grader.runners import choice
from grader.runners.base import Isolation, Limits, Runner
from grader.runners.warm import WarmRunner
from grader.text import plain

FACTOR = 2.0  # times the reference's time, that an attack may take on a slow machine: most loop until it is over
LEVELS = ("none", "partial", "strong")
LAYER_NAMES = tuple(layer.NAME for layer in (*LAYERS, *LAST))
MEANING = {
    "strong": "nothing that was tried got through; fit for strangers' programs",
    "partial": "no file and no other process can be reached; fit for grades, if what is named above is no concern",
    "none": "for your own feedback, not for grades",
}
# What to do where a probe gets through or a layer is missing.
REMEDIES = {
    "user id": "run the grader as root in a container, or as a user of its own",
    "Landlock": "a kernel from 5.13 with landlock in its lsm= list",
    "seccomp": "x86-64 Linux",
}

runner_option = click.option(
    "--runner", type=click.Choice(choice.NAMES), default=choice.DEFAULT, show_default=True, help="Where programs run."
)


def short_of(isolation: Isolation, level: str | None) -> bool:
    """Whether the isolation is less than what is asked for."""
    return level is not None and LEVELS.index(isolation.level) < LEVELS.index(level)


@click.command()
@runner_option
def doctor(runner: str) -> None:
    """What stands between a submission and this machine: tried, not assumed."""
    with choice.runner(runner) as walled:
        isolation = walled.isolation
        note = walled.note
    table = Table(Column("layer", no_wrap=True), Column("here", no_wrap=True), "what to do", box=None, pad_edge=False)
    for name in isolation.layers:
        table.add_row(name, Text("holds", style="green"), "")
    lacking = {layer.NAME: layer.available() for layer in (*LAYERS, *LAST)} if runner == "warm" else {}
    for name in isolation.missing:
        reason = lacking.get(name) or ("" if runner == "warm" else "use --runner warm, on Linux")
        table.add_row(name, Text("missing", style="yellow"), reason or REMEDIES.get(name.split(" (")[0], ""))
    console.show(table, Text(f"isolation level {isolation.level}: {MEANING[isolation.level]}", style="bold"))
    if note:
        console.show(Text(note))


@click.command()
@click.argument("names", nargs=-1)
@runner_option
@click.option("--without", type=click.Choice(LAYER_NAMES), multiple=True, help="Leave a layer out; may be repeated.")
@click.option("--attacks", type=Path, default=ATTACKS, help="Folder of attacks: FAMILY/WHAT.py.")
@click.option("--json", "as_json_", is_flag=True, help="Print a JSON object for each attack.")
def redteam(names: tuple[str, ...], runner: str, without: tuple[str, ...], attacks: Path, as_json_: bool) -> int:
    """Attacks the grader with every submission under tests/attacks, or with those whose names begin with NAMES."""
    try:
        chosen = read_attacks(attacks, names)
    except (AttackError, OSError, ValueError) as error:
        raise click.UsageError(plain(str(error), 400)) from None
    if not chosen:
        raise click.UsageError(
            f"no attack under {plain(str(attacks), 200)} has such a name; they are part of the project's source, "
            "in tests/attacks; name the folder with --attacks"
        )
    with choice.runner(runner, Limits(factor=FACTOR), without=without) as walled:
        isolation = walled.isolation
        outcomes = []
        try:
            for outcome in _progressing(_attacked(chosen, walled), len(chosen), quiet=as_json_):
                outcomes.append(outcome)
                if as_json_:
                    console.write(as_line(outcome))
        except KeyboardInterrupt:
            console.write(f"stopped after {len(outcomes)} of {len(chosen)} attacks")
    if not as_json_:
        _scoreboard(outcomes, isolation)
    return int(len(outcomes) < len(chosen) or any(outcome.gains for outcome in outcomes))


def _attacked(attacks: list[Attack], runner: Runner) -> Iterator[Outcome]:
    exercise = load("group_norm_1d")
    if isinstance(runner, WarmRunner):
        runner.fill(list(programs(exercise))[:1])  # the honest submission between attacks is the solution
    with baited() as bait:
        for attack in attacks:
            yield run_attack(attack, exercise, runner, bait, own=lambda: _own(runner))


def _own(runner: Runner) -> set[int]:
    """The processes that belong to the runner; after an attack that killed one, another."""
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


def _progressing(outcomes: Iterator[Outcome], count: int, *, quiet: bool) -> Iterator[Outcome]:
    """A bar on standard error with the time that is left, where that is a terminal."""
    columns = (TextColumn("attacking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(
        *columns, console=console.errors(), transient=True, disable=quiet or not console.errors().is_terminal
    )
    with bar:
        yield from bar.track(outcomes, total=count)
