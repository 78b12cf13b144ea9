"""Exercises own their files: each can be removed by itself, and what several share stands in a family."""

import ast
import inspect
import re

import pytest

import grader.course
from grader.course.loader import COURSE, families, load_all, slugs
from grader.worker import devices

FAMILIES = [family.name for family in families()]


@pytest.mark.sample(2)
@pytest.mark.parametrize("removed", slugs())
def test_everything_else_loads_without(removed, tmp_path):
    """Links to all other folders: a course of its own path imports everything anew."""
    for folder in COURSE.iterdir():
        if folder.is_dir() and folder.name != removed:
            (tmp_path / folder.name).symlink_to(folder)
    assert {exercise.slug for exercise in load_all(tmp_path)} == set(slugs()) - {removed}


def relative_imports(path):
    """The paths, from the course, of the modules that a file imports relatively."""
    here = path.relative_to(COURSE).parent.parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = (*here[: len(here) - node.level + 1], *(node.module.split(".") if node.module else ()))
            yield from (found for alias in node.names if (found := module((*base, alias.name)) or module(base)))


def module(parts):
    """The file of a dotted name; None if there is none, as for a name that a module defines."""
    file = COURSE.joinpath(*parts).with_suffix(".py")
    return file if file.is_file() else None


def reached(slug):
    """All files that an exercise's private modules and cases import, directly or not."""
    todo, found = [COURSE / slug / "cases.py"], set()
    while todo:
        path = todo.pop()
        if path not in found:
            found.add(path)
            todo += relative_imports(path)
    return found


def test_no_exercise_reaches_into_another_and_every_private_module_is_used():
    for slug in slugs():
        files = reached(slug)
        assert {path.relative_to(COURSE).parts[0] for path in files} <= {slug, *FAMILIES}
        assert files >= set((COURSE / slug).glob("_*.py")), slug


def test_every_module_of_a_family_serves_two_exercises_at_least():
    assert FAMILIES
    uses = [reached(slug) for slug in slugs()]
    for family in FAMILIES:
        for path in (COURSE / family).rglob("*.py"):
            if path.name != "__init__.py":
                assert sum(path in files for files in uses) >= 2, path.relative_to(COURSE)


def test_no_code_outside_names_a_private_module_of_the_course():
    owners = "|".join((*slugs(), *FAMILIES))
    for package in ("grader", "groupnorm_jax", "benchmarks"):
        for path in (COURSE.parent / package).rglob("*.py"):
            assert not re.search(rf"\b({owners})[./]_[a-z]", path.read_text("utf-8")), path


def test_the_public_names_of_the_format_are_those_it_lists():
    public = {name for name, value in vars(grader.course).items() if name[0] != "_" and not inspect.ismodule(value)}
    assert public == set(grader.course.__all__)


def test_authors_import_from_the_package_itself():
    for path in COURSE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("grader"):
                assert node.module == "grader.course", path
                assert {alias.name for alias in node.names} <= set(grader.course.__all__), path


def test_as_many_devices_as_a_worker_has():
    assert grader.course.DEVICES == devices.DEVICES
