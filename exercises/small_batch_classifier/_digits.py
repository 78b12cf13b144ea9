"""The 1,797 handwritten digits that come inside scikit-learn, split and put in batches by a seed.

scikit-learn is imported when the first array is asked for: who does another exercise never needs it, and neither does
the worker, which is given arrays.
"""

from functools import cache
from typing import Any

import numpy as np

from grader.course import UnavailableError

HELD_BACK = 450
EPOCHS = 6
BATCH = 2
LARGEST = 16  # of a pixel, as the data set has it


@cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    """Images, shape ``(1797, 8, 8, 1)``, integers from 0 to 16; and their classes, shape ``(1797,)``.

    Raises:
      UnavailableError: if scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise UnavailableError(
            "this exercise's images come with scikit-learn, which is not installed here; "
            "pip install 'groupnorm-jax[digits]' brings it"
        ) from None
    found: Any = load_digits()
    return found["images"].astype(np.uint8)[..., None], found["target"].astype(np.int64)


def held_back(seed: int) -> np.ndarray:
    """Images that training does not see: float32 from 0 to 1, shape ``(450, 8, 8, 1)``."""
    images, _ = _digits()
    return _scaled(images[_order(seed)[:HELD_BACK]])


def images(seed: int) -> np.ndarray:
    """Batches of the other images, shape ``(steps, 2, 8, 8, 1)``: all of them once an epoch, in an order of its own."""
    found, _ = _digits()
    return _scaled(found[_batches(seed)])


def labels(seed: int) -> np.ndarray:
    """Their classes, shape ``(steps, 2)``."""
    _, classes = _digits()
    return classes[_batches(seed)].astype(np.float32)


def classes_of(scaled: np.ndarray) -> np.ndarray:
    """The classes of images of the data set, found by their pixels, shape ``(M,)``.

    So the judge needs nothing but the images that the worker has too: the classes themselves never leave it.
    """
    return np.array([_by_pixels()[_pixels(image)] for image in np.rint(scaled * LARGEST)], np.float64)


@cache
def _by_pixels() -> dict[bytes, int]:
    found, classes = _digits()
    return {_pixels(image): int(label) for image, label in zip(found, classes, strict=True)}


def _pixels(image: np.ndarray) -> bytes:
    return image.astype(np.uint8).tobytes()


def _scaled(found: np.ndarray) -> np.ndarray:
    return (found / np.float32(LARGEST)).astype(np.float32)


def _stream(seed: int) -> np.random.PCG64:
    return np.random.PCG64(np.random.SeedSequence([seed, HELD_BACK]))


def _shuffled(stream: np.random.PCG64, count: int) -> np.ndarray:
    """The numbers below count in an order drawn from raw integers: the same on every platform and in every version."""
    return np.argsort(np.asarray(stream.random_raw(count), np.uint64), kind="stable")


def _order(seed: int) -> np.ndarray:
    images, _ = _digits()
    return _shuffled(_stream(seed), len(images))


@cache
def _batches(seed: int) -> np.ndarray:
    """Indices of the images of every batch, shape ``(steps, 2)``; where one is left over, an epoch goes without it."""
    stream, (found, _) = _stream(seed), _digits()
    rest = _shuffled(stream, len(found))[HELD_BACK:]
    whole = len(rest) // BATCH * BATCH
    epochs = [rest[_shuffled(stream, len(rest))[:whole]] for _ in range(EPOCHS)]
    return np.concatenate(epochs).reshape(-1, BATCH)
