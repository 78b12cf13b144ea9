"""What an entry returns, as one array. Several are laid end to end, so that the comparison need not know.

One array has the name "value" on the wire; of several, the first is "value/0", and so on.
"""

from collections.abc import Sequence

import numpy as np

from grader.course import Arguments, Arrays, Reference

Shape = tuple[int, ...]
Parts = tuple[tuple[str, Shape], ...]


def parts(reference: Reference, arrays: Arrays, arguments: Arguments) -> Parts | None:
    """Names and shapes of the arrays that are to be returned; None where it is one."""
    return None if reference.returns is None else reference.returns(arrays, arguments)


def given_parts(answered: Arrays) -> list[np.ndarray] | None:
    """The arrays of a tuple that was returned; None where it was one array."""
    if "value" in answered:
        return None
    count = sum(name.startswith("value/") for name in answered)
    return [answered[f"value/{i}"] for i in range(count) if f"value/{i}" in answered]


def laid_out(answered: Arrays, wanted: Parts | None) -> np.ndarray | None:
    """The answer as one array; None where it is not made of as many, of those sizes."""
    given = given_parts(answered)
    if wanted is None or given is None:
        return answered["value"] if wanted is None and given is None else None
    sizes = [int(np.prod(shape)) for _, shape in wanted]
    return end_to_end(given) if [array.size for array in given] == sizes else None


def end_to_end(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """All values, as float64, if they are of floating point."""
    wide = [array.astype(np.float64) for array in arrays]
    return np.concatenate([array.ravel() for array in wide])


def taken_apart(value: np.ndarray, wanted: Parts | None) -> dict[str, np.ndarray]:
    """What would have crossed the wire: the inverse of ``laid_out``."""
    if wanted is None:
        return {"value": value}
    ends = np.cumsum([int(np.prod(shape)) for _, shape in wanted])
    pieces = np.split(value, ends[:-1])
    return {
        f"value/{i}": piece.reshape(shape) for i, (piece, (_, shape)) in enumerate(zip(pieces, wanted, strict=True))
    }


def place(at: Shape, wanted: Parts | None) -> tuple[str, Shape]:
    """Where an index of the one array is: the part's name, empty where there is one array, and the index within it."""
    if wanted is None:
        return "", at
    left = at[0]
    for name, shape in wanted:
        size = int(np.prod(shape))
        if left < size:
            return name, tuple(int(i) for i in np.unravel_index(left, shape))
        left -= size
    return "", at
