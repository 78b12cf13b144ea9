"""Values of an argument of which `pytest` alone takes a part; ``@pytest.mark.sample`` takes a part of a test's rows."""

import pytest


def sampled(values, *, default):
    """Values for ``parametrize``; those for which ``default(value)`` is false are marked full."""
    return [value if default(value) else pytest.param(value, marks=pytest.mark.full) for value in values]


def first(values, count=1):
    """Values for ``parametrize``; all but the first few are marked full."""
    return [v if n < count else pytest.param(v, marks=pytest.mark.full) for n, v in enumerate(values)]


def first_rows(rows, count=1):
    """As ``first``, for rows with several arguments each."""
    return [row if n < count else pytest.param(*row, marks=pytest.mark.full) for n, row in enumerate(rows)]
