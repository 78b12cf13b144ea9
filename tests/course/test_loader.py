import sys
from pathlib import Path

import pytest

from grader.course.loader import COURSE, ExerciseError, UnknownExerciseError, load, load_all, package, slugs

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
def test_each_exercise_is_four_files_and_private_ones(slug):
    assert {p.name for p in (COURSE / slug).iterdir() if not p.name.startswith("_")} == set(FILES)
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
        (
            {"extra.py": ""},
            r"must hold statement.md, starter.py, solution.py, cases.py, and besides .*; it holds .*extra.py",
        ),
        ({}, r"must define SPEC, a grader.course.Exercise; it is int"),
        ({"cases.py": "\n1/0"}, r"^own/cases.py, line 2, raised ZeroDivisionError: division by zero$"),
        ({"cases.py": "x = 1\n(("}, r"^own/cases.py, line 2, raised SyntaxError: '\(' was never closed$"),
        ({"cases.py": "import sys\nsys.exit(0)"}, r"^own/cases.py, line 2, raised SystemExit: 0$"),
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
        ('needs=("worked example",)', 'needs=("later",)', r"needs 'later', which is not an earlier case"),
        ("    cases=CASES", "    cases=()", r"own/cases.py: cases must hold at least one Case; it is empty"),
        ("    cases=CASES", "    cases=list(CASES)", r"cases must be a tuple of Case, with a comma .*; it is list"),
        ("right_variants=VARIANTS", "right_variants=CASES", r"must hold only RightVariant; it holds Case"),
        ('title="Group', 'title="\\x1b[2J', r"title must be one line of printable characters; it is '\\x1b"),
        ('"one group"', '"one\\ngroup"', r"names of cases must be of printable characters; one is 'one\\ngroup'"),
        ('defaults={"eps"', 'defaults={"epsilon"', r"has a default for 'epsilon', .* \(eps, num_groups\)\n"),
        (
            'defaults={"eps": 1e-5}',
            "",
            r"'eps left to its default' must give 'eps': the entry has no default",
        ),
        ('{"num_groups": 5.0', '{"groups": 5.0', r"'channels that do not divide' gives 'groups', which is not one of"),
    ],
)
def test_inconsistent_specs(tmp_path, old, new, message):
    cases = (COURSE / "group_norm_1d" / "cases.py").read_text("utf-8")
    assert old in cases
    course = write(with_family(tmp_path) / "own", {**FILES, "cases.py": cases.replace(old, new)})
    with pytest.raises(ExerciseError, match=message):
        load("own", course)


def with_family(course):
    """A course that shares what the bundled one does."""
    course.mkdir(exist_ok=True)
    if not (course / "_group_norm").exists():
        (course / "_group_norm").symlink_to(COURSE / "_group_norm")
    return course


def copied(course, slug, *, title, cases=None):
    """The first exercise in a course of one's own."""
    text = cases or (COURSE / "group_norm_1d" / "cases.py").read_text("utf-8")
    write(with_family(course) / slug, {**FILES, "cases.py": text.replace("Group normalization of one position", title)})
    return course


def test_two_courses_of_the_same_slugs_do_not_meet(tmp_path):
    one, other = (copied(tmp_path / name, "group_norm_1d", title=name) for name in ("one", "other"))
    titles = [load("group_norm_1d", course).spec.title for course in (one, COURSE, other, one)]
    assert titles == ["one", "Group normalization of one position", "other", "one"]
    modules = {name for name in sys.modules if name.endswith(".group_norm_1d.cases")}
    assert len(modules) >= 3
    assert sys.modules[f"{package(COURSE)}.group_norm_1d.cases"].SPEC.title == titles[1]


def test_what_a_course_shares_is_imported_relatively_and_meets_no_other_course_s(tmp_path):
    cases = (COURSE / "group_norm_1d" / "cases.py").read_text("utf-8")
    cases = cases.replace('"Group normalization of one position"', "TITLE")
    courses = []
    for name in ("one", "other"):
        course = copied(tmp_path / name, "own", title="?", cases="from .._shared.words import TITLE\n" + cases)
        (course / "_shared").mkdir()
        (course / "_shared" / "words.py").write_text(f"TITLE = {name!r}", "utf-8")
        courses.append(course)
    before = list(sys.path)
    assert [load("own", course).spec.title for course in courses] == ["one", "other"]
    assert sys.path == before
    assert slugs(courses[0]) == ["own"]
    (courses[0] / "_shared" / "broken.py").write_text("\n\n1/0", "utf-8")
    (courses[0] / "own" / "cases.py").write_text("from .._shared import broken", "utf-8")
    with pytest.raises(ExerciseError, match=r"^_shared/broken.py, line 3, raised ZeroDivisionError"):
        load("own", courses[0])


def test_a_relative_path_is_as_good(tmp_path, monkeypatch):
    copied(tmp_path / "mine", "own", title="mine")
    monkeypatch.chdir(tmp_path)
    assert load("own", Path("mine")).spec.title == "mine"


def test_what_an_editor_or_a_system_leaves_about_is_no_matter(tmp_path):
    course = copied(tmp_path / "mine", "own", title="mine")
    (course / "own" / ".DS_Store").write_bytes(b"")
    assert load("own", course).slug == "own"


@pytest.mark.parametrize("name", ["Own", "my-own", "1st", "class", "own\x1b"])
def test_names_that_no_module_may_bear(tmp_path, name):
    course = copied(tmp_path / "mine", name, title="mine")
    with pytest.raises(ExerciseError, match="an exercise's folder is named in lower-case letters"):
        load(name, course)


def test_a_file_that_cannot_be_read(tmp_path):
    course = copied(tmp_path / "mine", "own", title="mine")
    (course / "own" / "statement.md").write_bytes(b"\xff")
    with pytest.raises(ExerciseError, match=r"own/statement.md cannot be read: it is not UTF-8"):
        load("own", course)
