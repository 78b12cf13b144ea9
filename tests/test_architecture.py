import ast
import re
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"groupnorm_jax", "exercises", "grader", "tests", "benchmarks"}
# folder -> what else of ours it may import.
ALLOWED = {"groupnorm_jax": (), "exercises": ("grader.course",), "grader": ()}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_imports_point_one_way(package):
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    for path in files:
        ours = {name for name in imported(path) if name.split(".")[0] in OURS}
        assert all(name.startswith((*ALLOWED[package], package)) for name in ours), path


# Folders within a room that are rooms of their own.
INNER = ("classroom/reports", "sandbox/isolation", "sandbox/zygote")


def room(path):
    """The room of a file or folder: the folder below grader/ that it lies in, or else the module itself."""
    parts = path.relative_to(ROOT / "grader").parts
    inner = "/".join(parts[:2])
    return inner if inner in INNER else parts[0].removesuffix(".py") if parts else "grader"


def room_of_import(name):
    """The room that a dotted name leads into, or None where it is not the grader's."""
    parts = name.split(".")
    while parts:
        found = ROOT.joinpath(*parts)
        if parts[0] == "grader" and (found.is_dir() or found.with_suffix(".py").is_file()):
            return room(found)
        parts.pop()
    return None


def arrows_between_rooms():
    """(from, to) -> the imports that make the arrow."""
    arrows = {}
    for path in sorted((ROOT / "grader").rglob("*.py")):
        for name in imported(path):
            here, there = room(path), room_of_import(name)
            if there not in (None, here, "grader", "__init__"):  # every import passes the package itself
                arrows.setdefault((here, there), set()).add(f"{path.relative_to(ROOT)} imports {name}")
    return arrows


def circle(arrows):
    """The arrows of a circle, from a room back to itself, or of none."""
    imports = {}
    for here, there in sorted(arrows):
        imports.setdefault(here, []).append(there)
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return [(b, a) for a, b in pairwise(error.args[1])]
    return []


def test_no_circles_between_rooms():
    arrows = arrows_between_rooms()
    shown = [f"{a} -> {b}: " + "; ".join(sorted(arrows[a, b])) for a, b in circle(arrows)]
    assert not shown, "\n".join(["these rooms import each other in a circle:", *shown])


def test_the_graders_folder_can_be_taken_in_at_a_glance():
    assert len([entry for entry in (ROOT / "grader").iterdir() if entry.name != "__pycache__"]) <= 24


def test_one_module_alone_touches_jaxs_private_interface():
    for package in OURS - {"tests"}:
        for path in (ROOT / package).rglob("*.py"):
            private = [name for name in imported(path) if name.startswith("jax._src")]
            assert not private or path.name == "jax_private.py", (path, private)


def test_the_worker_imports_nothing_of_ours_but_itself():
    for path in (ROOT / "grader" / "worker").rglob("*.py"):
        ours = {name for name in imported(path) if name.split(".")[0] in OURS}
        assert all(name.startswith("grader.worker") for name in ours), path


def test_the_warm_process_imports_nothing_of_ours_but_the_worker_and_the_isolation():
    allowed = ("grader.sandbox.isolation", "grader.worker", "grader.sandbox.zygote")
    for folder in ("zygote", "isolation"):
        for path in (ROOT / "grader" / "sandbox" / folder).rglob("*.py"):
            ours = {name for name in imported(path) if name.split(".")[0] in OURS}
            assert all(name.startswith(allowed) for name in ours), path


def test_the_judge_does_not_import_jax():
    alone = ("grader/worker", "grader/sandbox/zygote", "grader/cli/demo", "grader/authoring/trusted.py")
    for package in ("grader", "exercises"):
        for path in (ROOT / package).rglob("*.py"):
            if path.relative_to(ROOT).as_posix().startswith(alone) or path.name in ("starter.py", "solution.py"):
                continue
            assert not {name.split(".")[0] for name in imported(path)} & {"jax", "flax"}, path


def test_every_room_says_what_it_is():
    rooms = [path for path in (ROOT / "grader").iterdir() if (path / "__init__.py").is_file()]
    others = ("groupnorm_jax", "exercises", "grader", "benchmarks", "tests/data/attacks")
    for folder in (*rooms, *(ROOT / name for name in (*others, *(f"grader/{inner}" for inner in INNER)))):
        assert (folder / "README.md").read_text("utf-8").strip(), folder


# Files of every exercise, which READMEs mention without saying in which.
OF_EXERCISES = {"starter.py", "solution.py", "cases.py"}


def missing_modules(readme):
    """The modules in backticks that exist neither in the README's room nor, with a path, in the repository."""
    named = re.findall(r"`([a-z0-9_/]+\.py)`", readme.read_text("utf-8"))
    places = {name: (readme.parent / name, ROOT / name) if "/" in name else (readme.parent / name,) for name in named}
    return {name for name, paths in places.items() if not any(map(Path.is_file, paths))} - OF_EXERCISES


def test_every_module_that_a_readme_names_exists():
    folders = ("groupnorm_jax", "grader", "exercises", "benchmarks", "tests/data/attacks")
    readmes = [ROOT / "README.md", *(path for name in folders for path in sorted((ROOT / name).rglob("README.md")))]
    assert len(readmes) > 20
    for readme in readmes:
        assert not missing_modules(readme), readme


def test_a_module_that_does_not_exist_is_found(tmp_path):
    (tmp_path / "here.py").touch()
    (tmp_path / "README.md").write_text("`here.py`, `gone.py`, `grader/text.py`, `grader/gone.py`, `text.py`", "utf-8")
    assert missing_modules(tmp_path / "README.md") == {"gone.py", "grader/gone.py", "text.py"}


def test_readme_has_both_commands():
    text = (ROOT / "README.md").read_text("utf-8")
    assert "pip install -e . && grader demo" in text
    assert "pip install -e '.[dev]' && pytest" in text
