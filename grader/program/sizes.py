"""What the rules of shapes have in common. What does not hold is a ``ValueError``."""

from collections.abc import Sequence

Shape = tuple[int, ...]


def need(holds: bool) -> None:
    """Raises ``ValueError`` unless this holds."""
    if not holds:
        raise ValueError("the operands do not fit")


def checked_axes(axes: Sequence[int], rank: int) -> set[int]:
    """Returns axes as a set, if they are different ones of an array of this rank."""
    need(len(set(axes)) == len(axes) and all(0 <= axis < rank for axis in axes))
    return set(axes)


def without(shape: Shape, axes: Sequence[int]) -> Shape:
    """The shape without these axes."""
    gone = checked_axes(axes, len(shape))
    return tuple(n for i, n in enumerate(shape) if i not in gone)


def replaced(shape: Shape, axis: int, size: int) -> Shape:
    """The shape with another size of one axis."""
    checked_axes([axis], len(shape))
    return (*shape[:axis], size, *shape[axis + 1 :])
