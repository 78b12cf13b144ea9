"""The exercise as a unittest.TestCase for gradescope-utils: a method a case, each worth a point."""

import unittest
from collections.abc import Callable

import checks
from gradescope_utils.autograder_utils.decorators import weight
from submission import MyGroupNorm  # pyright: ignore[reportMissingImports] - the student's


class TestGroupNorm(unittest.TestCase):
    """Its methods are made below."""


def _method(index: int) -> Callable[[unittest.TestCase], None]:
    @weight(1)
    def test(self: unittest.TestCase) -> None:
        checks.check(MyGroupNorm, index)

    return test


for _index in range(len(checks.NAMES)):
    setattr(TestGroupNorm, f"test_{_index}", _method(_index))
