import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"groupnorm_jax", "exercises", "grader"}
# package -> what else of ours it may import; the worker lives in the student's process and may see the wire alone.
ALLOWED = {"groupnorm_jax": set(), "exercises": set(), "grader": {"exercises"}}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("package", sorted(OURS))
def test_imports_point_one_way(package):
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    for path in files:
        tops = {name.split(".")[0] for name in imported(path)} & OURS
        assert tops <= ALLOWED[package] | {package}, path


def test_the_worker_imports_nothing_of_ours_but_the_wire():
    wall = {"grader.isolation.probes", "grader.isolation.probes.probed"}
    inner = ("grader.entries.", "grader.trace.", "grader.devices.")
    modules = ("worker", "entries", "nnx_modules", "devices", "wire", "rules", "trace", "trace_numpy")
    for name in (*modules, "isolation/probes"):
        ours = {n for n in imported(ROOT / "grader" / f"{name}.py") if n.split(".")[0] in OURS}
        mine = (
            {f"grader.{n}" for n in ("devices", "entries", "nnx_modules", "rules", "trace", "trace_numpy", "wire")}
            | {"grader"}
            | wall
        )
        assert {n for n in ours if not n.startswith(inner)} <= mine, name


def test_the_warm_process_imports_nothing_of_ours_but_the_worker_and_the_wall():
    allowed = ("grader.isolation", "grader.worker", "grader.zygote", "grader.rules", "grader.wire")
    for package in ("zygote", "isolation"):
        for path in (ROOT / "grader" / package).rglob("*.py"):
            ours = {n for n in imported(path) if n.split(".")[0] in OURS} - {"grader"}
            assert all(name.startswith(allowed) for name in ours), path


def test_the_judge_does_not_import_jax():
    for package in ("grader", "exercises"):
        for path in (ROOT / package).rglob("*.py"):
            alone = ("worker", "entries", "nnx_modules", "devices", "trace", "trusted", "starter", "solution")
            if path.stem in alone or path.parent.name in ("demo", "zygote"):
                continue
            assert not {n.split(".")[0] for n in imported(path)} & {"jax", "flax"}, path


def test_every_package_folder_says_what_it_is_in_at_most_35_lines():
    inside = (
        "grader/batch",
        "grader/export",
        "grader/isolation",
        "grader/reports/batch",
        "grader/runners",
        "grader/zygote",
        "grader/diagnosis",
        "benchmarks",
        "tests/attacks",
    )
    for package in (*OURS, *inside):
        lines = (ROOT / package / "README.md").read_text("utf-8").splitlines()
        assert 0 < len(lines) <= 35, package


def test_readme_has_both_commands_and_fits_a_screen_or_two():
    text = (ROOT / "README.md").read_text("utf-8")
    assert "pip install -e . && grader demo" in text
    assert "pip install -e '.[dev]' && pytest" in text
    assert len(text.splitlines()) < 150
