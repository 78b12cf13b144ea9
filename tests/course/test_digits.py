"""The digits: what is held back, what is trained on, and what never leaves the judge."""

import subprocess
import sys

import numpy as np
import pytest
from bundled import bundled

from grader.cli.main import run
from grader.course import UnavailableError
from grader.course.loader import COURSE, load
from grader.plan.cases import make_plan
from grader.sandbox.base import Request
from grader.submission.reading import Submission
from grader.worker import wire

_digits = bundled("small_batch_classifier._digits")

EXERCISE = load("small_batch_classifier")


@pytest.fixture(name="installed")
def _installed():
    pytest.importorskip("sklearn", reason="scikit-learn is not installed: pip install 'groupnorm-jax[digits]'")


@pytest.fixture(name="missing")
def _missing(monkeypatch):
    """As if scikit-learn were not there."""
    for cached in (_digits._digits, _digits._by_pixels, _digits._batches):
        cached.cache_clear()
    for name in ("sklearn", "sklearn.datasets"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.usefixtures("installed")
def test_nothing_held_back_is_trained_on_and_every_epoch_has_all_the_rest():
    held, images, labels = _digits.held_back(3), _digits.images(3), _digits.labels(3)
    assert (held.shape, images.shape, labels.shape) == ((450, 8, 8, 1), (4038, 2, 8, 8, 1), (4038, 2))
    assert held.dtype == images.dtype == labels.dtype == np.float32
    assert (held.min(), held.max()) == (images.min(), images.max()) == (0, 1)
    seen = {image.tobytes() for image in images.reshape(-1, 64)}
    assert not any(image.tobytes() in seen for image in held.reshape(-1, 64))
    epochs = images.reshape(6, -1, 64)
    assert all(len({image.tobytes() for image in epoch}) == len(epoch) == 1346 for epoch in epochs)
    assert (epochs[0] != epochs[1]).any()
    np.testing.assert_array_equal(_digits.classes_of(images[:50].reshape(-1, 8, 8, 1)), labels[:50].ravel())


@pytest.mark.usefixtures("installed")
def test_the_seed_decides_and_all_digits_are_among_both():
    assert (_digits.held_back(3) == _digits.held_back(3)).all()
    assert (_digits.held_back(3) != _digits.held_back(4)).any()
    assert np.bincount(_digits.classes_of(_digits.held_back(0)).astype(int)).min() > 20
    assert np.bincount(_digits.labels(0).astype(int).ravel()).min() > 600


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("hidden", [False, True])
def test_the_classes_of_what_is_held_back_never_cross(hidden):
    plan = make_plan(EXERCISE, seed=5, hidden=hidden)
    (message,) = wire.Decoder().feed(Request(plan=plan, submission=Submission(name="a.py", source="x")).encoded())
    assert set(message.arrays) == {"source", "0/x", "0/images", "0/labels"}
    classes = _digits.classes_of(message.arrays["0/x"])
    labels = message.arrays["0/labels"].ravel()
    assert len(labels) == 2 * 4038
    windows = np.lib.stride_tricks.sliding_window_view(labels, 12)
    assert not (windows == classes[:12]).all(axis=1).any()
    assert message.body["cases"][0]["seed"] == (0 if hidden else 5)


@pytest.mark.usefixtures("missing")
def test_without_scikit_learn_there_is_a_way_out(capsys):
    with pytest.raises(UnavailableError, match=r"come with scikit-learn, .* pip install 'groupnorm-jax\[digits\]'"):
        make_plan(EXERCISE, seed=0)
    solution = str(COURSE / EXERCISE.slug / "solution.py")
    assert run(["check", EXERCISE.slug, solution, "--runner", "fresh"]) == 2
    said = capsys.readouterr().err
    assert "Error: this exercise's images come with scikit-learn" in said
    assert "Traceback" not in said
    assert run(["check", EXERCISE.slug, solution, "--runner", "fresh", "--format=json"]) == 2
    assert '"kind": "misuse"' in capsys.readouterr().out
    assert run(["author", "check", EXERCISE.slug]) == 1
    assert "pip install 'groupnorm-jax[digits]'" in " ".join(capsys.readouterr().out.split())
    assert run(["list"]) == 0


def test_scikit_learn_is_not_imported_before_an_array_is_asked_for():
    code = "import sys; from grader.course.loader import load_all; load_all(); sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=COURSE.parent).returncode == 0


def test_worked_example_of_the_statement():
    for batch, normalised in (([1, 3], [-1, 1]), ([3, 11], [-1, 1]), ([1, 11], [-1, 1])):
        values = np.array(batch, float)
        np.testing.assert_array_equal((values - values.mean()) / values.std(), normalised)
    assert abs(-np.log(np.e**2 / (np.e**2 + 2)) - 0.240) < 5e-4
    assert abs(np.log(10) - 2.303) < 5e-4
