"""A wheel of the project, unpacked on a path, works where a learner has packages called exercises and tests."""

import io
import os
import subprocess
import sys
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from grader.course.loader import load, load_all
from grader.export.wheel import wheel

SOURCE = Path(__file__).parents[3]
MADE_AGAIN = """
import hashlib, sys
import grader
from grader.export.wheel import wheel
print(grader.__file__, hashlib.sha256(wheel()[1]).hexdigest())
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Runs Python in the learner's folder, with the unpacked wheel on its path."""
    site, folder = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("learner")
    with zipfile.ZipFile(io.BytesIO(wheel()[1])) as opened:
        opened.extractall(site)
    for package in ("exercises", "tests"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text("raise RuntimeError('the one of the learner')\n", "utf-8")

    def run(*arguments):
        environment = {"PYTHONPATH": str(site), "PATH": "/usr/bin:/bin", "HOME": str(folder), "COLUMNS": "200"}
        return subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=folder, env=environment
        )

    run.site, run.folder = site, folder
    return run


def test_the_course_lies_inside_the_grader(run):
    assert {path.name for path in run.site.iterdir() if path.suffix != ".dist-info"} == {"grader", "groupnorm_jax"}
    assert (run.site / "grader" / "exercises" / "_template" / "starter.py").is_file()
    assert not list(run.site.rglob("__pycache__"))


def test_a_notebook_s_import_is_not_met_by_the_learners_packages(run):
    done = run("-c", "import grader.notebook, grader.course.loader as l; print(grader.notebook.__file__, l.COURSE)")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{run.site}/grader/notebook.py {run.site}/grader/exercises\n"


@pytest.mark.full
def test_list_and_check(run):
    done = run("-m", "grader", "list")
    assert (done.returncode, done.stderr) == (0, "")
    course = load_all()
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == [exercise.slug for exercise in course]
    (run.folder / "mine.py").write_text(course[0].solution, "utf-8")
    done = run("-m", "grader", "check", course[0].slug, "mine.py")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_same_wheel_is_made_of_it_again(run):
    done = run("-c", MADE_AGAIN)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(str(run.site))
    with zipfile.ZipFile(io.BytesIO(wheel()[1])) as opened:
        assert opened.testzip() is None


IN_A_NOTEBOOK = """
from grader.notebook import check
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in {cells!r}:
    shown = shell.run_cell(cell, store_history=True).result
import grader
print(grader.__file__, shown.report.outcome)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A wheel of the source, built and installed by pip into a new environment, and a learner's folder.

    The libraries are those of this Python, by a .pth file, so that nothing is downloaded.
    """
    if not (SOURCE / "pyproject.toml").is_file() or find_spec("hatchling") is None or find_spec("pip") is None:
        pytest.skip("needs the source, pip and hatchling: pip install hatchling")
    built, home, folder = (tmp_path_factory.mktemp(name) for name in ("built", "venv", "learner"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", built, SOURCE], check=True)
    (made,) = built.glob("groupnorm_jax-*.whl")
    venv.create(home, symlinks=True)
    python = home / "bin" / "python"
    subprocess.run([*pip, "--python", python, "install", "--no-deps", "--no-index", made], check=True)
    (site,) = home.glob("lib/python*/site-packages")
    theirs = Path(find_spec("jax").origin).parents[1]
    (site / "libraries.pth").write_text(f"{theirs}\n", "utf-8")
    for package in ("exercises", "tests"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text(f"OWNER = 'learner'\nopen({package!r} + '.seen', 'w')\n", "utf-8")

    def run(*arguments, program=python):
        environment = {"PATH": f"{python.parent}{os.pathsep}/usr/bin:/bin", "HOME": str(folder), "COLUMNS": "200"}
        return subprocess.run(
            [program, *arguments], capture_output=True, text=True, check=False, cwd=folder, env=environment, timeout=300
        )

    run.site, run.folder, run.grader = site, folder, python.with_name("grader")
    return run


@pytest.mark.full
def test_an_installed_wheel_holds_its_course_and_no_package_called_exercises_or_tests(installed):
    packages = {path.name for path in installed.site.iterdir() if not path.name.endswith((".dist-info", ".pth"))}
    assert packages - {"__pycache__", "pip", "setuptools", "_distutils_hack"} == {"grader", "groupnorm_jax"}
    assert (installed.site / "grader" / "exercises" / "moments" / "cases.py").is_file()
    done = installed("-c", "import exercises, tests; print(exercises.OWNER, tests.OWNER)")
    assert (done.stdout, done.stderr) == ("learner learner\n", "")


@pytest.mark.full
def test_an_installed_wheel_checks_files_and_notebooks_beside_the_learners_packages(installed):
    moments = load("moments").solution
    (installed.folder / "mine.py").write_text(moments, "utf-8")
    for seen in installed.folder.glob("*.seen"):
        seen.unlink()
    done = installed("check", "moments", "mine.py", program=installed.grader)
    assert (done.returncode, done.stderr) == (0, "")
    assert "All is right." in done.stdout
    done = installed("-m", "grader", "check", "moments", "mine.py")
    assert (done.returncode, done.stderr) == (0, "")
    pytest.importorskip("IPython", reason="needs ipython: pip install 'groupnorm-jax[dev]'")
    done = installed("-c", IN_A_NOTEBOOK.format(cells=[moments, "from grader.notebook import check\ncheck(moments)"]))
    assert done.stdout.splitlines()[-1:] == [f"{installed.site}/grader/__init__.py right"], done.stderr
    assert list(installed.folder.glob("*.seen")) == []  # neither was imported
