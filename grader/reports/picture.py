"""The error of one case as a picture: its sign and size by group and channel. Needs matplotlib, an extra."""

from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

import numpy as np

from grader.report import ErrorMap

AVAILABLE = find_spec("matplotlib") is not None
DPI = 120
COLOURS = "RdBu_r"  # blue: too small, red: too large; told apart by colour-blind eyes too
NOT_A_NUMBER = "0.35"  # a grey that the colours do not have


def save(error: ErrorMap, path: Path | BinaryIO) -> None:
    """Writes a PNG.

    Rows are positions (all axes but the last, in order), columns are channels; lines stand between groups. Errors
    that are within what is allowed are white. The bars below are the mean error of each channel.

    Args:
      error: of a case that the learner may see.
      path: the file to write, replaced if it is there; or one that is open.

    Raises:
      OSError: if it cannot be written.
      ImportError: if matplotlib is not installed.
    """
    from matplotlib.figure import Figure  # an extra; without pyplot nothing is global
    from matplotlib.patches import Patch

    table = error.error.reshape(-1, error.error.shape[-1])
    rows, channels = table.shape
    finite = np.isfinite(table)
    limit = float(np.abs(table[finite]).max(initial=0.0)) or 1.0
    width = max(5.0, 1.6 + 0.42 * min(channels, 40))
    figure = Figure(figsize=(width, 2.6 + 0.22 * min(rows, 40)), dpi=DPI, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(max(2.0, 0.22 * min(rows, 40)), 1.0))

    above.set_facecolor(NOT_A_NUMBER)
    shown = np.ma.masked_array(table, ~finite)
    image = above.imshow(shown, cmap=COLOURS, vmin=-limit, vmax=limit, aspect="auto", interpolation="nearest")
    figure.colorbar(image, ax=above, label="yours - expected")
    above.set_ylabel("position")
    above.set_title(f'case "{error.case}", seed {error.seed}: where the output is off', fontsize=10)
    if rows == 1:
        above.set_yticks([0])
    if not finite.all():
        above.legend(handles=[Patch(color=NOT_A_NUMBER, label="not a finite number")], fontsize=7)

    bars = np.where(finite, table, 0.0).sum(axis=0) / np.maximum(finite.sum(axis=0), 1)
    below.bar(np.arange(channels), bars, color=["#b2182b" if bar > 0 else "#2166ac" for bar in bars])
    below.axhline(0.0, color="black", linewidth=0.8)
    below.set_ylabel("mean error")
    below.set_xlabel("channel" + (", a line between groups" if len(error.borders) else ""))
    if channels <= 40:  # as many labels as stand side by side
        below.set_xticks(range(channels))
    for axes in (above, below):
        for border in error.borders:
            axes.axvline(border - 0.5, color="black", linewidth=1.2)
    figure.savefig(path, format="png")
