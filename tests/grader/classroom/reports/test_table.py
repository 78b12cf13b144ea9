import io

import pytest
from rich.cells import cell_len
from rich.console import Console
from samples import CLASS, HOSTILE_CLASS, batch

from grader.classroom.reports import table


def test_a_class(golden):
    golden("class_100.txt", table.render(CLASS) + "\n")


@pytest.mark.parametrize("width", [40, 80, 160])
def test_it_fits(width):
    console = Console(file=io.StringIO(), width=width, highlight=False, color_system=None)
    text = table.render(HOSTILE_CLASS, console)
    assert all(cell_len(line) <= width for line in text.splitlines())
    assert not any(character in text for character in "\0\x07\x1b\u202e\ud800")


def test_nobody():
    assert "0 students" in table.render(batch())
