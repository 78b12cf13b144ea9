"""Group normalization per sample of a batch whose positions are cut over devices: the judge's reference, and its parts.

Cut or not, the answer is the same: the reference per sample serves. Wrong ideas depend on the pieces, and on what is
merged. Each device computes what it computes of its piece; a wrong idea's parts (``group_norm_parts``) therefore see
the values of all pieces side by side, along axis 1, which is the first of the axes that statistics run over. To leave
it out is not to merge.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from grader.course import Arguments, Arrays, Misconception

from .._group_norm.layouts import PER_SAMPLE, Layout
from .._group_norm.parts import Axes, Parts

LAYOUT = Layout()


def pieces(arrays: Arrays, arguments: Arguments) -> tuple[np.ndarray, ...]:
    """What a device can know of the groups of its own piece: sums and means, of values and squares.

    Squares around the piece's own mean are right only beside that mean, and no part of this.
    """
    blocks, shards = [arrays["x"]], arguments["shards"]
    for axis, name in enumerate(shards.cut):
        blocks = [part for block in blocks for part in np.split(block, shards.mesh[name] if name else 1, axis)]
    samples, channels = blocks[0].shape[0], blocks[0].shape[-1]
    groups = arguments["num_groups"]
    grouped = np.stack([block.reshape(samples, -1, groups, channels // groups) for block in blocks])
    return tuple(how((2, 4)) for values in (grouped, grouped**2) for how in (values.mean, values.sum))


REFERENCE = replace(LAYOUT.reference(), pieces=pieces)


def assemble(parts: Parts) -> Callable[[Arrays, Arguments], np.ndarray]:
    """The formula with some of its parts replaced, on x of shape ``(N, *spatial, C)`` that is cut over devices."""
    chosen = {**PER_SAMPLE, **parts}

    def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
        with np.errstate(all="ignore"):  # wrong ideas divide by zero
            return _by_block(arrays, arguments, 0)

    def _by_block(arrays: Arrays, arguments: Arguments, axis: int) -> np.ndarray:
        """Devices that nothing is merged with have a part of x to themselves."""
        shards, x = arguments["shards"], arrays["x"]
        if axis == x.ndim:
            return _of_pieces(arrays, arguments)
        name = shards.cut[axis]
        alone = shards.mesh[name] if name and name != arguments["axis_name"] else 1
        blocks = np.split(x, alone, axis)
        return np.concatenate([_by_block({**arrays, "x": block}, arguments, axis + 1) for block in blocks], axis)

    def _of_pieces(arrays: Arrays, arguments: Arguments) -> np.ndarray:
        axis, count = arguments["shards"].pieces(arguments["axis_name"])
        pieces = [chosen["input"]({**arrays, "x": piece}) for piece in np.split(arrays["x"], count, axis)]
        cut = [chosen["split"](piece, arguments["num_groups"]) for piece in pieces]
        values, within = np.stack([values for values, _ in cut], axis=1), cut[0][1]
        axes = (1, *(at + 1 if at >= 1 else at for at in within))
        normalised = chosen["centre"](values, axes, arguments["eps"]) / chosen["below"](values, axes, arguments["eps"])
        normalised = np.broadcast_to(normalised, values.shape)
        joined = [chosen["join"](normalised[:, at], piece) for at, piece in enumerate(pieces)]
        return np.concatenate([chosen["affine"](each, arrays, arguments) for each in joined], axis)

    return value


def adapted(ideas: tuple[Misconception, ...]) -> tuple[Misconception, ...]:
    """Wrong ideas about the formula, as every device has them of its own piece, with the rest merged rightly.

    Raises:
      ValueError: if one computes something and is not made of parts.
    """
    if whole := [idea.name for idea in ideas if idea.value and not idea.parts]:
        raise ValueError(f"{whole[0]} has no parts to put together piece by piece")
    return tuple(replace(idea, value=assemble(idea.parts)) if idea.parts else idea for idea in ideas)


def alone(axes: Axes) -> Axes:
    """The axes of one piece's statistics: those of all less the one that tells pieces apart."""
    return axes[1:]


def needed(arrays: Arrays, arguments: Arguments) -> int:
    """How many numbers a device has to send: a mean and a variance for each group of each sample that it has."""
    shards, samples = arguments["shards"], arrays["x"].shape[0]
    return 2 * samples // shards.mesh.get(shards.cut[0], 1) * arguments["num_groups"]


def piece(arrays: Arrays, arguments: Arguments) -> int:
    """How many numbers a device's piece of x holds."""
    return arrays["x"].size // arguments["shards"].devices
