"""Group normalization beside its peers: seconds, errors, and bytes kept for the gradient.

    python benchmarks/layers.py                      # all three tables, about 20 minutes on two cores
    python benchmarks/layers.py --tables accuracy residuals
    python benchmarks/layers.py --dtypes float32 --shapes 0 4 --seconds 2 --json layers.json

All peers run in this process, in rounds, each in an order of its own; numbers are medians. Idle threads of other
libraries sleep (OMP_WAIT_POLICY), or they would keep the cores from those that follow. Before a shape is timed
all must agree on it. "Fresh" writes its result to new memory, "donated" may reuse the input's (forward) or the
cotangent's (both). On a GPU inputs are rotated, so that none is found in a cache.
"""

import argparse
import itertools
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen
from grader_latency import machine
from layer_peers import EPS, PEERS, Case, Layer, here
from rich.console import Console
from rich.table import Table

import groupnorm_jax

SHAPES = [
    (8, 56, 56, 64),
    (8, 28, 28, 512),
    (2, 64, 64, 320),
    (32, 16, 16, 128),
    (8, 7, 7, 2048),
    (1, 512, 512, 64),
    (8, 256, 256, 32),
    (4096, 128),
]
os.environ.update({"OMP_WAIT_POLICY": "passive", "KMP_BLOCKTIME": "0"})  # before any peer is imported
RATIOS = (0.0, 1e2, 1e3, 1e4, 1e5)
AGREE = {"float32": 1e-3, "bfloat16": 0.1}  # flax's fast variance is the coarsest
ROTATED = 1 << 30  # bytes of inputs on a GPU


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Group normalization beside its peers.")
    parser.add_argument("--tables", nargs="+", default=["speed", "accuracy", "residuals"])
    parser.add_argument("--dtypes", nargs="+", default=["float32", "bfloat16"])
    parser.add_argument("--shapes", nargs="+", type=int, default=range(len(SHAPES)), help="numbers in the table")
    parser.add_argument("--peers", nargs="+", default=list(PEERS))
    parser.add_argument("--mean", type=float, default=0.0, help="of the inputs, whose standard deviation is 1")
    parser.add_argument("--seconds", type=float, default=0.5, help="for each peer, shape, pass and dtype")
    parser.add_argument("--json", type=Path, help="where to write all medians and percentiles")
    options = parser.parse_args()
    found, missing = here()
    names = [name for name in options.peers if name in found]
    print(machine())
    print(f"on {jax.devices()[0].device_kind}; mean/std of the inputs {options.mean:g}")
    if missing:
        print(f"not measured, not installed: {', '.join(missing)}")
    console, written = Console(width=160), {"machine": machine(), "mean": options.mean, "speed": []}
    if "speed" in options.tables:
        cases = itertools.product(options.dtypes, options.shapes)
        for dtype, number in cases:
            shape = SHAPES[number]
            case = Case(shape, 8 if shape[-1] == 32 else 32, dtype)  # 32 channels, groups of four
            written["speed"] += list(measure(case, names, options.mean, options.seconds))
        print_speed(console, written["speed"], names)
    if "accuracy" in options.tables:
        written["accuracy"] = accuracy(names)
        print_rows(console, "largest error against float64, float32, (8, 28, 28, 64), 8 groups", written["accuracy"])
    if "residuals" in options.tables:
        written["residuals"] = list(residuals())
        print_rows(console, "bytes kept for the gradient / bytes of x, (8, 28, 28, 64)", written["residuals"])
    if options.json:
        options.json.write_text(json.dumps(written, indent=1) + "\n", "utf-8")
    return 0


def measure(case: Case, names: list[str], mean: float, seconds: float) -> Iterator[dict]:
    """Yields a record for each peer and pass.

    Raises:
      SystemExit: if two peers disagree.
    """
    layers = {name: PEERS[name][0](case) for name in names}
    x, dy = case.draw(0, mean), case.draw(1)
    _check(case, layers, x)
    inputs = {name: [(layer.put(x), layer.put(dy)) for _ in range(_copies(x))] for name, layer in layers.items()}
    for way, donated in itertools.product(("forward", "both"), (False, True)):
        calls = {
            name: _call(layer, inputs[name], way, donated=donated)
            for name, layer in layers.items()
            if not donated or layer.donating
        }
        for name, times in _timed(calls, seconds).items():
            p10, median, p90 = np.percentile(times, (10, 50, 90))
            yield {
                "shape": case.shape,
                "dtype": case.dtype,
                "pass": way,
                "donated": donated,
                "peer": name,
                "ms": 1e3 * median,
                "p10": 1e3 * p10,
                "p90": 1e3 * p90,
                "rounds": len(times),
            }
        print(f"\r{case.dtype} {case.shape} {way:8}", end="", file=sys.stderr, flush=True)


def _call(layer: Layer, inputs: list, way: str, *, donated: bool) -> Callable[[], float]:
    """A call that says how many seconds it took; what is donated is copied before the clock starts."""
    turn = itertools.cycle(inputs)
    fresh = {"forward": layer.forward, "both": layer.both}[way]
    function = layer.donating[way == "both"] if donated and layer.donating else fresh

    def call() -> float:
        x, dy = next(turn)
        arrays = [x] if way == "forward" else [x, dy]
        if donated:
            arrays[-1] = jax.block_until_ready(jnp.copy(arrays[-1]))
        began = time.perf_counter()
        result = function(*arrays)
        took = time.perf_counter() - began
        del result
        return took

    return call


def _timed(calls: dict[str, Callable[[], float]], seconds: float) -> dict[str, list[float]]:
    """Rounds, each in an order of its own, for so many seconds a peer; at least five."""
    for call in calls.values():
        call()
        call()
    times: dict[str, list[float]] = {name: [] for name in calls}
    names, until, order = list(calls), time.perf_counter() + seconds * len(calls), random.Random(0)
    for number in itertools.count():
        if time.perf_counter() > until and number >= 5:
            return times
        for name in order.sample(names, len(names)):
            times[name].append(calls[name]())
    raise AssertionError  # the count has no end


def _copies(x: np.ndarray) -> int:
    return 1 if jax.default_backend() == "cpu" else max(2, ROTATED // x.nbytes)


def _check(case: Case, layers: dict[str, Layer], x: np.ndarray) -> None:
    want = float64(x, case.groups)
    for name, layer in layers.items():
        if name == "limit":
            continue
        error = np.abs(layer.get(layer.forward(layer.put(x))) - want).max() / max(1.0, np.abs(want).max())
        if not error < AGREE[case.dtype] and np.abs(x.mean()) < 1:
            raise SystemExit(f"NOTHING WAS MEASURED: {name} is off by {error:.1e} at {case}")


def float64(x: np.ndarray, groups: int) -> np.ndarray:
    """The formula in float64, two-pass."""
    grouped = x.astype(np.float64).reshape(x.shape[0], -1, groups, x.shape[-1] // groups)
    centred = grouped - grouped.mean((1, 3), keepdims=True)
    return (centred / np.sqrt((centred**2).mean((1, 3), keepdims=True) + EPS)).reshape(x.shape)


def accuracy(names: list[str]) -> list[dict]:
    """Largest errors in float32 at growing mean/std."""
    case, rows = Case((8, 28, 28, 64), 8, "float32"), []
    for ratio in RATIOS:
        x = case.draw(0, ratio)
        row: dict[str, object] = {"mean/std": f"{ratio:g}"}
        for name in names:
            if name != "limit":
                layer = PEERS[name][0](case)
                error = np.abs(layer.get(layer.forward(layer.put(x))) - float64(x, case.groups)).max()
                row[name] = f"{error:.1e}"
        rows.append(row)
    return rows


def residuals() -> Iterator[dict]:
    """Bytes that the gradient's function holds, over those of x."""
    layers = {
        "GroupNorm": (groupnorm_jax.GroupNorm(8), linen.GroupNorm(8)),
        "GroupNorm + silu": (groupnorm_jax.GroupNorm(8, activation="silu"), linen.GroupNorm(8)),
        "InstanceNorm": (groupnorm_jax.InstanceNorm(), linen.InstanceNorm()),
        "LayerNorm": (groupnorm_jax.LayerNorm(), linen.LayerNorm()),
        "RMSNorm": (groupnorm_jax.RMSNorm(), linen.RMSNorm()),
        "MyGroupNorm": (groupnorm_jax.MyGroupNorm(8), None),
    }
    for dtype, (name, pair) in itertools.product(("float32", "bfloat16"), layers.items()):
        x = jnp.asarray(Case((8, 28, 28, 64), 8, dtype).draw(0), dtype)
        row: dict[str, object] = {"layer": name, "dtype": dtype}
        for who, layer in zip(("ours", "flax.linen"), pair, strict=True):
            if layer is None:
                row[who] = "-"
                continue
            after = linen.silu if who == "flax.linen" and "silu" in name else lambda y: y
            variables = layer.init(jax.random.key(0), x)
            _, pull = jax.vjp(lambda v, x, layer=layer, after=after: after(layer.apply(v, x)), variables, x)
            row[who] = f"{sum(leaf.nbytes for leaf in jax.tree.leaves(pull)) / x.nbytes:.2f}"
        yield row


def print_speed(console: Console, records: list[dict], names: list[str]) -> None:
    """A row for each case: our milliseconds, and how many times as long each peer took."""
    others = [name for name in names if name != "ours"]
    print(file=sys.stderr)
    for donated, dtype, way in itertools.product((False, True), ("float32", "bfloat16"), ("forward", "both")):
        chosen = [r for r in records if (r["donated"], r["dtype"], r["pass"]) == (donated, dtype, way)]
        if not chosen:
            continue
        kind = "donated" if donated else "fresh"
        title = f"{dtype}, {'forward' if way == 'forward' else 'forward + backward'}, {kind}: times ours"
        table = Table("shape", "ours ms", *others, title=title)
        ratios: dict[str, list[float]] = {name: [] for name in others}
        for shape in dict.fromkeys(tuple(r["shape"]) for r in chosen):
            ms = {r["peer"]: r["ms"] for r in chosen if tuple(r["shape"]) == shape}
            for name in others:
                if name in ms:
                    ratios[name].append(ms[name] / ms["ours"])
            cells = [f"{ms[name] / ms['ours']:.2f}" if name in ms else "-" for name in others]
            table.add_row(str(shape), f"{ms['ours']:.2f}", *cells)
        table.add_section()
        means = [f"{np.exp(np.mean(np.log(r))):.2f}" if r else "-" for r in ratios.values()]
        table.add_row("geometric mean", "", *means)
        console.print(table)


def print_rows(console: Console, title: str, rows: list[dict]) -> None:
    """A table of records with the same keys."""
    table = Table(*rows[0], title=title)
    for row in rows:
        table.add_row(*map(str, row.values()))
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
