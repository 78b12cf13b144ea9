"""The exercise as a pytest file: a parametrized test, a parameter a case."""

import checks
import pytest
from submission import MyGroupNorm  # pyright: ignore[reportMissingImports] - the student's


@pytest.mark.parametrize("index", range(len(checks.NAMES)), ids=checks.NAMES)
def test_group_norm(index: int) -> None:
    """One case."""
    checks.check(MyGroupNorm, index)
