import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from grader.worker.devices import DEVICES

# JAX reads this when it is first imported. Most tests never import it; those that do see as many devices as a worker.
os.environ["JAX_NUM_CPU_DEVICES"] = str(DEVICES)
collect_ignore = ["data"]  # submissions and golden files, not tests

# A busy machine is slow at everything; that says nothing of the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

GOLDEN = Path(__file__).parent / "data" / "golden"


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="Run the tests marked full, too.")
    parser.addoption(
        "--every-wrong-submission",
        action="store_true",
        help="Grade every wrong submission, notebook and training, with more seeds; takes some ten minutes more.",
    )
    parser.addoption("--rewrite-golden", action="store_true", help="Rewrite the golden files; review the diff.")


def pytest_collection_modifyitems(config, items):
    """Leaves out the tests marked full, unless all are wanted or a test is named: ``pytest path::test`` runs it."""
    _mark_full(items)
    if config.getoption("--full") or any("::" in argument for argument in config.args):
        return
    left_out = [item for item in items if item.get_closest_marker("full")]
    if left_out:
        items[:] = [item for item in items if not item.get_closest_marker("full")]
        config.hook.pytest_deselected(items=left_out)


def _mark_full(items):
    """Marks what lies beyond a sample, and the layers' examples, each of which compiles for seconds."""
    taken = Counter()
    for item in items:
        if (
            isinstance(item, pytest.DoctestItem)
            and item.path.suffix == ".py"
            and item.path.parent.name == "groupnorm_jax"
        ):
            item.add_marker(pytest.mark.full)
        sample = item.get_closest_marker("sample")
        if sample:
            test = item.nodeid.partition("[")[0]
            taken[test] += 1
            if taken[test] > sample.args[0]:
                item.add_marker(pytest.mark.full)


def pytest_terminal_summary(terminalreporter, config):
    left_out = [item for item in terminalreporter.stats.get("deselected", ()) if item.get_closest_marker("full")]
    if left_out and not config.getoption("--full"):
        terminalreporter.write_line(f"{len(left_out)} tests marked full were left out; run them with: pytest --full")


@pytest.fixture
def golden(request):
    """Compares text with a golden file, or writes it."""

    def check(name, text):
        path = GOLDEN / name
        if request.config.getoption("--rewrite-golden"):
            path.write_text(text, "utf-8")
        assert text == path.read_text("utf-8")

    return check
