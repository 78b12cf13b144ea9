"""Group normalization per sample, in any layout: the judge's reference, made of the one per position by moving axes.

A sample's channels, each with all its positions, are laid end to end. Normalising a group of channels over all
positions then is normalising a group of adjacent values: the reference per position does it, and so do the closed forms
of its conditioning, its gradient and its landmarks.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.course import Arguments, Arrays, Misconception, Reference

from . import reference
from .parts import RIGHT, Parts, cut
from .parts import assemble as assemble_per_position

# Right part by part, on channels last: only the axes that statistics run over differ from those per position.
PER_SAMPLE: Parts = {**RIGHT, "split": lambda x, num_groups: (cut(x, num_groups), (*positions(x), -1))}


def positions(x: np.ndarray) -> tuple[int, ...]:
    """The axes between the samples and the channels, of x with channels last or of x cut into groups."""
    return tuple(range(1, x.ndim - 1))


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How an exercise lays out x, and what it calls things.

    Attributes:
      channel_axis: -1 for x of shape ``(N, *spatial, C)``, 1 for ``(N, C, *spatial)``.
      groups: the argument that says how many groups there are.
      gamma: the parameter that scales. An argument ``affine`` that is false means that there are no parameters.
      beta: the parameter that is added.
    """

    channel_axis: int = -1
    groups: str = "num_groups"
    gamma: str = "gamma"
    beta: str = "beta"

    def channels_last(self, arrays: Arrays, arguments: Arguments) -> tuple[Arrays, Arguments]:
        """Arrays and arguments as they are called per position; x and the cotangent with their channels last."""
        moved = {n: np.moveaxis(arrays[n], self.channel_axis, -1) for n in ("x", "cotangent") if n in arrays}
        ours = self.initial(moved["x"].shape[-1])
        given = arrays if arguments.get("affine", True) else ours
        parameters = {"gamma": given[self.gamma], "beta": given[self.beta]}
        return {**moved, **parameters}, {"num_groups": arguments[self.groups], "eps": arguments["eps"]}

    def restored(self, channels_last: np.ndarray) -> np.ndarray:
        """An output with the channels where x has them."""
        return np.moveaxis(channels_last, -1, self.channel_axis)

    def initial(self, channels: int) -> dict[str, np.ndarray]:
        """Ones and zeros, one of each a channel."""
        return {self.gamma: np.ones(channels), self.beta: np.zeros(channels)}

    def parameters(self, arrays: Arrays, arguments: Arguments) -> dict[str, np.ndarray]:
        """Those at initialisation; none without ``affine``."""
        return self.initial(arrays["x"].shape[self.channel_axis]) if arguments.get("affine", True) else {}

    def assemble(self, parts: Parts) -> Callable[[Arrays, Arguments], np.ndarray]:
        """The formula with some of its parts replaced; all of them take x with channels last.

        Without ``affine`` nobody takes the affine step, whatever is thought of it.
        """
        whole = assemble_per_position({**PER_SAMPLE, **parts})
        bare = assemble_per_position({**PER_SAMPLE, **parts, "affine": RIGHT["affine"]})

        def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
            put_together = whole if arguments.get("affine", True) else bare
            return self.restored(put_together(*self.channels_last(arrays, arguments)))

        return value

    def adapted(self, ideas: tuple[Misconception, ...]) -> tuple[Misconception, ...]:
        """Wrong ideas about the formula per position, as they show in this layout and under its names."""
        return tuple(self._adapted(idea) for idea in ideas)

    def reference(self) -> Reference:
        """The judge's answer."""
        return Reference(
            value=self._of_rows(reference.value),
            moved=self._of_rows(reference.moved),
            parameters=self.parameters,
            sharing=self._of_rows(reference.sharing),
            landmarks=self._landmarks,
            gradient=self._of_rows(reference.gradient),
            gradient_moved=self._of_rows(reference.gradient_moved),
        )

    def _of_rows(self, per_position: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
        """A function of the reference per position, of a sample's channels and positions laid end to end."""

        def per_sample(arrays: Arrays, arguments: Arguments, *epsilon: float) -> np.ndarray:
            last, same = self.channels_last(arrays, arguments)
            return self.restored(_from_rows(per_position(_rows(last), same, *epsilon), last["x"].shape))

        return per_sample

    def _landmarks(self, arrays: Arrays, arguments: Arguments) -> tuple[tuple[str, np.ndarray], ...]:
        """Those of one position: in the shape of x, where order counts, or in a shape that nobody gives a group."""
        last, same = self.channels_last(arrays, arguments)
        rows = _rows(last)
        shape = last["x"].shape

        def shaped(value: np.ndarray) -> np.ndarray:
            if value.shape == rows["x"].shape:
                return self.restored(_from_rows(value, shape))
            return value[..., None] if value.ndim > 1 else value

        return tuple((name, shaped(value)) for name, value in reference.landmarks(rows, same))

    def _adapted(self, idea: Misconception) -> Misconception:
        if idea.value and not idea.parts:
            raise ValueError(f"{idea.name} has no parts to put together in another layout")
        parameters, gradient = idea.parameters, idea.gradient
        return replace(
            idea,
            title=self._worded(idea.title),
            text=self._worded(idea.text),
            value=self.assemble(idea.parts) if idea.parts else None,
            parameters=self._made(parameters) if parameters else None,
            gradient=self._of_rows(gradient) if gradient else None,
        )

    def _made(self, parameters: Callable[[Arrays, Arguments], Any]) -> Callable[[Arrays, Arguments], Any]:
        names = {"gamma": self.gamma, "beta": self.beta}

        def made(arrays: Arrays, arguments: Arguments) -> dict[str, np.ndarray]:
            if not arguments.get("affine", True):
                return {}
            x = np.moveaxis(arrays["x"], self.channel_axis, -1)
            found: dict[str, np.ndarray] = parameters({"x": x}, {**arguments, "num_groups": arguments[self.groups]})
            return {names.get(name, name): array for name, array in found.items()}

        return made

    def _worded(self, text: str) -> str:
        for word, ours in (("gamma", self.gamma), ("beta", self.beta)):
            if ours != word:
                text = re.sub(rf"\b{word}\b", f"`{ours}`", text)
        return text


def _rows(arrays: Arrays) -> Arrays:
    """A sample's channels, each with all its positions, end to end: x ``(N, C * P)``, gamma ``(C * P,)``."""
    x = arrays["x"]
    size = int(np.prod(x.shape[1:-1]))
    laid = {name: np.moveaxis(arrays[name], -1, 1).reshape(len(x), -1) for name in ("x", "cotangent") if name in arrays}
    return {**laid, **{name: np.repeat(arrays[name], size) for name in ("gamma", "beta")}}


def _from_rows(rows: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Back to x's shape, channels last."""
    return np.moveaxis(rows.reshape(shape[0], shape[-1], *shape[1:-1]), 1, -1)
