from pathlib import Path

import pytest

collect_ignore = ["attacks"]  # submissions, not tests

GOLDEN = Path(__file__).parent / "grader" / "golden"


def pytest_addoption(parser):
    parser.addoption(
        "--rewrite-golden", action="store_true", help="write the golden files anew, to be read in the diff"
    )
    parser.addoption(
        "--every-wrong-submission",
        action="store_true",
        help="grade all of them, and ask more seeds of every idea: minutes",
    )


@pytest.fixture
def golden(request):
    """Compares text with a golden file, or writes it."""

    def check(name, text):
        path = GOLDEN / name
        if request.config.getoption("--rewrite-golden"):
            path.write_text(text, "utf-8")
        assert text == path.read_text("utf-8")

    return check
