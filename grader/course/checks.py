"""Checks: what is asked of a case. One dataclass each; the judge has one module for each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from grader.course.inputs import Arguments, Arrays, Draw, Fixed
from grader.course.reference import Reference


@dataclass(frozen=True, kw_only=True)
class Check:
    """One kind of check; its subclasses override what differs.

    Attributes:
      sees_numbers: Whether the verdict depends on the numbers in the inputs, and not only on their shapes and dtypes.
    """

    sees_numbers: ClassVar[bool] = False

    def asked(self) -> dict[str, Any]:
        """What the worker is asked to do, as JSON: "transform" names it, other keys are its options."""
        return {"transform": "eager"}

    def expected(self, reference: Reference) -> Reference | None:
        """The reference of the array that is compared, from the exercise's reference; None if no array is compared."""
        return None


@dataclass(frozen=True, kw_only=True)
class Value(Check):
    """Checks the output's shape, dtype and values.

    Attributes:
      transform: How the entry is applied: "eager", as it is; "jit", under ``jax.jit``; "vmap", mapped over the first
        axis by ``jax.vmap``; "stream", under ``jax.jit`` too, to an iterator over the first axis.
      flatten: Compares flattened outputs, so that any shape of the right size is accepted.
      untouched: Also refuses an answer if the call changed the arrays it was given.
    """

    sees_numbers: ClassVar[bool] = True
    transform: Literal["eager", "jit", "vmap", "stream"] = "eager"
    flatten: bool = False
    untouched: bool = False

    def asked(self) -> dict[str, Any]:
        """The transform, and whether to send back what is left of the inputs."""
        return {"transform": self.transform, "untouched": self.untouched}

    def expected(self, reference: Reference) -> Reference:
        """The exercise's reference."""
        return reference


@dataclass(frozen=True, kw_only=True)
class Parameters(Check):
    """Checks the parameters after initialisation: names, shapes and initial values."""


@dataclass(frozen=True, kw_only=True)
class Raises(Check):
    """Checks that the call raises an ``Exception`` of any type.

    Attributes:
      rule: Why it must, as in "12 channels do not split into num_groups=5".
      transform: "eager", or "forward": under ``jax.jvp``, which a ``jax.custom_vjp`` function refuses.
    """

    rule: str
    transform: Literal["eager", "forward"] = "eager"

    def asked(self) -> dict[str, Any]:
        """The transform."""
        return {"transform": self.transform}


@dataclass(frozen=True, kw_only=True)
class Gradient(Check):
    """Checks the values of ``jax.grad`` of ``sum(cotangent * output)``, under ``jax.jit``.

    Attributes:
      cotangent: The weights of the outputs, in the output's shape.
      of: The array to differentiate with respect to: "x", or a parameter that the case gives.
    """

    sees_numbers: ClassVar[bool] = True
    cotangent: Draw | Fixed
    of: str = "x"

    def asked(self) -> dict[str, Any]:
        """The gradient, and which."""
        return {"transform": "gradient", "of": self.of}

    def expected(self, reference: Reference) -> Reference:
        """The reference's gradient."""
        return reference.differentiated(self.of)


RESIDUALS_SPARE = 1 / 8
"""How many bytes beyond the needed ones ``Residuals`` allows, as a fraction of x's bytes."""


@dataclass(frozen=True, kw_only=True)
class Residuals(Check):
    """Checks the size of the residuals: how much ``jax.vjp`` keeps for the backward pass, parameters not counted.

    The size is measured in the submission's process, which could report another number. This check guards against
    mistakes, not against forgery, so give it few points.

    Attributes:
      needed: How many numbers of x's dtype must be kept. ``RESIDUALS_SPARE`` says how much more is allowed.
    """

    needed: Callable[[Arrays, Arguments], int]

    def asked(self) -> dict[str, Any]:
        """The size of the residuals."""
        return {"transform": "residuals"}


SENT_FACTOR = 16
"""How many times the needed numbers ``Sent`` allows."""


@dataclass(frozen=True, kw_only=True)
class Sent(Check):
    """Checks how much each device sends to the others, for a case with ``shards``.

    It counts what a device passes to collectives such as ``jax.lax.psum``. As with ``Residuals``, the number comes from
    the submission's process and could be forged.

    Attributes:
      needed: How many numbers of x's dtype must be sent. ``SENT_FACTOR`` times as many are allowed.
    """

    needed: Callable[[Arrays, Arguments], int]

    def asked(self) -> dict[str, Any]:
        """The size of what is sent."""
        return {"transform": "sent"}


@dataclass(frozen=True, kw_only=True)
class Accuracy(Check):
    """Checks how well a trained classifier does on x; the reference's values are the right classes.

    The case's parameters are "images", shape ``(steps, batch, ...)``, and "labels", shape ``(steps, batch)``.

    Attributes:
      at_least: The fraction of x that must be classified correctly.
      classes: How many scores each example gets.
      alone: How many examples are also classified one at a time. Their scores must not depend on the rest of the batch.
    """

    sees_numbers: ClassVar[bool] = True
    at_least: float
    classes: int
    alone: int = 0

    def asked(self) -> dict[str, Any]:
        """The training, and how many examples to classify one at a time."""
        return {"transform": "training", "alone": self.alone}
