"""The formula of group normalization per position, taken apart: a wrong idea replaces one part, or two.

Right part by part, so that two wrong ideas about different parts can be put together too:

    x = input(arrays)                           what is normalised
    cut, axes = split(x, num_groups)            the groups, and the axes that statistics run over
    centred = centre(cut, axes, eps)            the values without their mean
    normalised = centred / below(cut, axes, eps)
    y = affine(join(normalised, x), arrays, arguments)
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from grader.course import Arguments, Arrays, Misconception

Parts = Mapping[str, Callable[..., Any]]
Assemble = Callable[[Parts], Callable[[Arrays, Arguments], np.ndarray]]
Axes = tuple[int, ...]
LAST = (-1,)
OF_ALL_CHANNELS = ("mean_of_all_channels", "sum_over_all_channels", "variance_of_all_channels", "first_group_for_all")


def cut(x: np.ndarray, num_groups: int) -> np.ndarray:
    """Adjacent channels, shape ``(..., G, C / G)``."""
    return x.reshape(*x.shape[:-1], num_groups, x.shape[-1] // num_groups)


def mean(values: np.ndarray, axes: Axes = LAST) -> np.ndarray:
    """The mean over the axes, which stay."""
    return values.mean(axis=axes, keepdims=True)


def var(values: np.ndarray, axes: Axes = LAST) -> np.ndarray:
    """The mean squared difference from the mean, over the axes, which stay."""
    return values.var(axis=axes, keepdims=True)


def count(values: np.ndarray, axes: Axes = LAST) -> int:
    """How many values share a mean."""
    return int(np.prod([values.shape[axis] for axis in axes]))


RIGHT: Parts = {
    "input": lambda arrays: arrays["x"],
    "split": lambda x, num_groups: (cut(x, num_groups), LAST),
    "centre": lambda values, axes, _: values - mean(values, axes),
    "below": lambda values, axes, eps: np.sqrt(var(values, axes) + eps),
    "join": lambda normalised, x: normalised.reshape(x.shape),
    "affine": lambda normalised, arrays, _: arrays["gamma"] * normalised + arrays["beta"],
}


def assemble(parts: Parts, right: Parts = RIGHT, channel_axis: int = -1) -> Callable[[Arrays, Arguments], np.ndarray]:
    """The formula with some of its parts replaced.

    Args:
      parts: what is replaced.
      right: what is right; in another layout, groups are cut and joined in another way.
      channel_axis: which axis of x holds the channels; "input" and "affine" always see them last.
    """
    chosen = {**right, **parts}

    def last(array: np.ndarray) -> np.ndarray:
        return np.moveaxis(array, channel_axis, -1)

    def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
        with np.errstate(all="ignore"):  # wrong ideas divide by zero
            x = np.moveaxis(chosen["input"]({**arrays, "x": last(arrays["x"])}), -1, channel_axis)
            values, axes = chosen["split"](x, arguments["num_groups"])
            centred = chosen["centre"](values, axes, arguments["eps"])
            normalised = centred / chosen["below"](values, axes, arguments["eps"])
            joined = chosen["join"](normalised, x)
            return np.moveaxis(chosen["affine"](last(joined), arrays, arguments), -1, channel_axis)

    return value


def in_another_layout(
    ideas: Iterable[Misconception], right: Parts, put_together: Assemble, texts: Mapping[str, str]
) -> list[Misconception]:
    """The same ideas about another layout, or about more than the normalised values.

    Args:
      ideas: as they are for channels last.
      right: how the other layout cuts groups.
      put_together: its ``assemble``.
      texts: other words for some of them, by name.
    """
    found = []
    for idea in ideas:
        # What speaks of all channels relies on how they are cut, and cannot be had with another cut.
        parts = {**idea.parts, "split": right["split"]} if idea.name in OF_ALL_CHANNELS else idea.parts
        value = put_together(parts) if parts else idea.value
        found.append(replace(idea, parts=parts, value=value, text=texts.get(idea.name, idea.text)))
    return found
