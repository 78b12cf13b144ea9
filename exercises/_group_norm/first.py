"""Group normalization per sample, on x of shape ``(N, C, *spatial)``: the reference of ``Layout``, and its parts.

With channels first, the values of a group lie side by side, and a group is a row of a sample: wrong ideas are about
rows.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from grader.course import Arguments, Arrays

from .layouts import Layout
from .parts import LAST, RIGHT, Parts, assemble

CHANNELS_FIRST: Parts = {**RIGHT, "split": lambda x, num_groups: (x.reshape(x.shape[0], num_groups, -1), LAST)}
WHOLE = Layout(channel_axis=1).reference()  # with a gradient, which these exercises do not ask for

assemble_first: Callable[[Parts], Callable[[Arrays, Arguments], np.ndarray]] = partial(
    assemble, right=CHANNELS_FIRST, channel_axis=1
)


def landmarks(arrays: Arrays, arguments: Arguments) -> tuple[tuple[str, np.ndarray], ...]:
    """The formula's values in order, and the parameters as they are given.

    What is not given is no value that anybody computes: whatever is 0, or 1, would be taken for it.
    """
    found = [*(WHOLE.landmarks(arrays, arguments) if WHOLE.landmarks else ())]
    found += [("", arrays[name]) for name in ("beta", "gamma")]
    return tuple((name, value) for name, value in found if name or value.size == 1 or np.ptp(value))


REFERENCE = replace(WHOLE, landmarks=landmarks, gradient=None, gradient_moved=None)
