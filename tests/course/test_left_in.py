"""Lines that people leave in a file cost no solution a point, wherever they stand."""

import pytest

from grader.course.loader import load_all
from grader.pipeline import check_bytes
from grader.sandbox.warm import WARM_HERE, WarmRunner

pytestmark = pytest.mark.skipif(not WARM_HERE, reason="the warm process needs Linux")
EXERCISES = load_all()
QUICK = [e for e in EXERCISES if e.slug in ("moments", "group_norm_channels_first", "group_norm_1d", "repair_moments")]
SETTINGS = (  # these run to their end
    "import jax; jax.config.update('jax_disable_jit', True)",
    "import jax; jax.config.update('jax_enable_x64', False)",
    "import jax; jax.config.update('jax_platforms', 'cpu')",
    "import os; os.environ['XLA_FLAGS'] = '--xla_force_host_platform_device_count=8'",
    "import logging; logging.basicConfig(level=logging.DEBUG); logging.debug('here')",
    "import warnings; warnings.filterwarnings('ignore')",
    "import numpy as np; np.set_printoptions(precision=3); np.random.seed(0)",
    "import random; random.seed(0)",
    "import time; start = time.time()",
    "import sys; print(sys.argv, sys.version)",
    "print('loading ...')",
    "__author__ = 'Ada'; __all__ = ['x']",
    "if __name__ == '__main__':\n    raise SystemExit(main())",
)
FAILING = (  # these do not, or are stopped
    "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
    "import pandas as pd",
    "from google.colab import drive; drive.mount('/content/drive')",
    "import torch; torch.manual_seed(0)",
    "assert 1 + 1 == 3, 'my own check'",
    "x = undefined_thing + 1",
    "import os; os.makedirs('results', exist_ok=True)",
    "import numpy as np; np.save('x.npy', np.ones(3))",
    "with open('data.txt') as file:\n    text = file.read()",
    "import tempfile; folder = tempfile.mkdtemp()",
    "import subprocess; subprocess.run(['ls'])",
    "import urllib.request; urllib.request.urlopen('http://example.org')",
    "import sys; sys.exit(0)",
    "import argparse; argparse.ArgumentParser().parse_args(['--data', 'x'])",
    "answer = input('how many groups? ')",
    "breakpoint()",
    "!pip install flax",
    "from flax import linen as norms; norms.GroupNorm(2)",
    "for i in range(100_000):\n    print('step', i)",
    "import unittest; unittest.main()",
    "raise KeyboardInterrupt",
)


@pytest.fixture(scope="module")
def runner():
    with WarmRunner() as runner:
        yield runner


def placed(exercise, line, *, below):
    """A solution with a line above or below it; above, it comes after what must stand first in a file."""
    return f"{exercise.solution}\n{line}\n" if below else f"{line}\n{exercise.solution}"


def outcome(exercise, text, runner):
    report = check_bytes(exercise, text.encode(), name="mine.py", seed=3, runner=runner)
    return report.outcome, report.score, report.error


@pytest.mark.sample(1)
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.slug)
def test_settings(exercise, runner):
    found = outcome(exercise, placed(exercise, "\n".join(SETTINGS), below=False), runner)
    assert found == ("right", sum(case.points for case in exercise.spec.cases), None)


@pytest.mark.full
@pytest.mark.parametrize("number", range(len(FAILING)))
def test_what_fails_or_is_stopped(number, runner, request):
    """Each with one exercise, a quick one, above or below; on request with every one, in both places."""
    every = request.config.getoption("--every-wrong-submission")
    for exercise in EXERCISES if every else [QUICK[number % len(QUICK)]]:
        for below in (False, True) if every else (number % 2 == 0,):
            found = outcome(exercise, placed(exercise, FAILING[number], below=below), runner)
            assert found[0] == "right", (exercise.slug, below, found)


def test_one_that_is_stopped(runner):
    assert outcome(EXERCISES[0], placed(EXERCISES[0], FAILING[6], below=False), runner)[0] == "right"
