import pytest

from exercises.loader import COURSE, ExerciseError, UnknownExerciseError, load, load_all, slugs

FILES = {"statement.md": "# S", "starter.py": "", "solution.py": "", "cases.py": "SPEC = 1"}


def write(folder, files):
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder.parent


def test_the_course_in_order():
    course = load_all()
    orders = [e.spec.order for e in course]
    assert orders == sorted(set(orders))
    assert [e.slug for e in course][:3] == ["moments", "group_norm_1d", "group_norm_nd"]


@pytest.mark.parametrize("slug", slugs())
def test_each_exercise_is_exactly_four_files(slug):
    assert {p.name for p in (COURSE / slug).iterdir() if p.name != "__pycache__"} == set(FILES)
    assert load(slug).statement.startswith("# ")


def test_unknown_name_lists_those_that_exist():
    with pytest.raises(UnknownExerciseError, match=r"'nope'; there are: group_norm_1d, "):
        load("nope")


def test_path_tricks_are_unknown_names():
    with pytest.raises(UnknownExerciseError):
        load("../exercises/group_norm_1d")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"extra.py": ""}, r"must hold exactly statement.md, starter.py, solution.py, cases.py; it holds .*extra.py"),
        ({}, r"must define SPEC, an exercises.spec.Exercise; it is int"),
        ({"cases.py": "1/0"}, r"own/cases.py raised ZeroDivisionError: division by zero"),
    ],
)
def test_malformed_folders(tmp_path, change, message):
    course = write(tmp_path / "own", {**FILES, **change})
    with pytest.raises(ExerciseError, match=message):
        load("own", course)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"one group", Draw', '"worked example", Draw', r"two cases are called 'worked example'; names must be unique"),
        ('needs=("worked example",)', 'needs=("later",)', r"needs 'later', which is no earlier case"),
    ],
)
def test_inconsistent_names(tmp_path, old, new, message):
    cases = (COURSE / "group_norm_1d" / "cases.py").read_text("utf-8")
    assert old in cases
    course = write(tmp_path / "own", {**FILES, "cases.py": cases.replace(old, new)})
    with pytest.raises(ExerciseError, match=message):
        load("own", course)
