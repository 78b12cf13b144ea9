"""Layouts as platforms write them, and what students lay in them."""

import io
import json
import os
import zipfile

import pytest
import telling

from grader.classroom.gradebook import NO_TEXT
from grader.classroom.gradescope_metadata import submitters
from grader.classroom.roster import read_roster
from grader.classroom.submissions import find
from grader.course.loader import load
from grader.submission.files import SubmissionsError

EXERCISE = load("group_norm_1d")
CALLED = "group_norm_1d.py"
METADATA = """\
submission_409194023:
  :submitters:
  - :name: Ada Lovelace
    :sid: '123456789'
    :email: ada@example.edu
  :created_at: 2026-04-26 17:34:00.861687000 Z
  :score: 2.0
  :results:
    score: 2.0
    output: |-
      submission_409194023:
        :submitters:
        - :name: Somebody Else
submission_500000001:
  :submitters:
  - :name: "Ren\\xE9 O'Neil"
    :sid: '111'
  - :name: 'O''Hara: Scarlett'
    :email: scarlett@example.edu
  :score: 10.0
submission_600000002:
  :submitters:
  - :sid: 333
submission_700000003:
  :submitters: []
"""


def laid(tmp_path, **files):
    """Files under a folder, by path; their text is their path, unless it is given."""
    for path, text in files.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text or f"text = {path!r}", "utf-8")
    return tmp_path


def found(folder, **options):
    return find(folder, EXERCISE, **options)


def texts(whole):
    """Who handed in what: the text, or the kind of problem."""
    return {s.student: s.submission.source if s.submission else s.problem.kind for s in whole.students}


def paths(whole):
    return {s.student: s.file for s in whole.students}


def test_one_file_or_one_folder_a_student(tmp_path):
    folder = laid(
        tmp_path, **{"ann.py": "", "bob/any.py": "", f"eve/{CALLED}": "", "eve/helper.py": "", "list.csv": ""}
    )
    (tmp_path / ".DS_Store").write_text("x")
    laid(tmp_path, **{"__MACOSX/._ann.py": "", "eve/__pycache__/x.py": ""})
    whole = found(folder)
    assert whole.layout == "one file or folder a student"
    assert paths(whole) == {"ann": "ann.py", "bob": "bob/any.py", "eve": f"eve/{CALLED}"}
    assert texts(whole)["eve"] == f"text = 'eve/{CALLED}'"
    assert whole.ignored == ("list.csv",)
    assert {s.submission.name for s in whole.students} == {CALLED}  # a program is not told whose it is


def test_a_gradescope_export(tmp_path):
    numbers = (409194023, 500000001, 600000002, 700000003)
    files = {f"submission_{number}/{CALLED}": "" for number in numbers}
    folder = laid(
        tmp_path, **{"export/submission_metadata.yml": METADATA}, **{f"export/{p}": t for p, t in files.items()}
    )
    whole = found(folder)
    assert whole.layout == "Gradescope export"
    assert {s.student: s.name for s in whole.students} == {
        "ada@example.edu": "Ada Lovelace",
        "111": "René O'Neil",
        "scarlett@example.edu": "O'Hara: Scarlett",
        "333": "submission_600000002",
        "submission_700000003": "submission_700000003",
    }
    group = [s for s in whole.students if "500000001" in s.file]
    assert len(group) == 2
    assert group[0].sha256 == group[1].sha256


def test_gradescope_s_file_without_its_folder_is_a_student_with_nothing(tmp_path):
    whole = found(laid(tmp_path, **{"submission_metadata.yml": METADATA, f"submission_409194023/{CALLED}": ""}))
    assert texts(whole)["333"] == "nothing"


def test_hostile_metadata_is_read_as_text():
    text = 'submission_1:\n  :submitters:\n  - :name: !!python/object/apply:os.system ["x"]\n  - :name: "\\x1b[2J"\n'
    assert [who.name for who in submitters(text)["submission_1"]] == [
        '!!python/object/apply:os.system ["x"]',
        "\\x1b[2J",
    ]
    assert submitters("- a\n\t- b\n: :\n'") == {}


def test_a_canvas_download(tmp_path):
    files = ["lovelaceada_12345_67890_group_norm_1d.py", "o_neil_LATE_22_33_group_norm_1d-2.py"]
    files += ["o_neil_LATE_22_32_group_norm_1d-1.py", "LATE_anon_Ab3xZ_91_x.py", "notes.txt", "essay_5_6_text.html"]
    whole = found(laid(tmp_path, **dict.fromkeys(files, "")))
    assert whole.layout == "Canvas download"
    assert paths(whole) == {"12345": files[0], "22": files[1], "anon_Ab3xZ": files[3], "5": files[5]}
    assert {s.student: s.name for s in whole.students}["22"] == "o_neil"
    assert texts(whole)["5"] == "no_program"
    assert whole.programs == ()
    assert whole.ignored == ("notes.txt",)


def test_a_moodle_download_in_folders_and_in_one(tmp_path):
    files = [f"Ada Lovelace_12345_assignsubmission_file_/{CALLED}", "Bo Li_7_assignsubmission_file/sub/any.py"]
    files += ["Bo Li_7_assignsubmission_onlinetext_/onlinetext.html", "Cy_X_8_assignsubmission_file_any.py"]
    whole = found(laid(tmp_path, **dict.fromkeys(files, "")))
    assert whole.layout == "Moodle download"
    assert paths(whole) == {"12345": files[0], "7": files[1], "8": files[3]}
    assert [s.name for s in whole.students] == ["Ada Lovelace", "Bo Li", "Cy_X"]


def test_an_nbgrader_tree(tmp_path):
    files = [f"submitted/ada/group_norm_1d/{CALLED}", "submitted/ada/ps2/any.py", "submitted/bo/group_norm_1d/x.py"]
    files += ["submitted/bo/ps2/any.py"]
    folder = laid(tmp_path, **dict.fromkeys([*files, "submitted/bo/group_norm_1d/timestamp.txt"], ""))
    for top in (folder, folder / "submitted"):
        whole = found(top)
        assert whole.layout == "nbgrader tree"
        assert list(texts(whole)) == ["ada", "bo"]
    (folder / "submitted/ada/group_norm_1d").rename(folder / "submitted/ada/ps1")
    (folder / "submitted/bo/group_norm_1d").rename(folder / "submitted/bo/ps1")
    with pytest.raises(SubmissionsError, match=r"several assignments \(ps1, ps2\), and none is called group_norm_1d"):
        found(folder)
    whole = found(folder, pattern="submitted/{student}/ps1/{*}.py")
    assert list(texts(whole)) == ["ada", "bo"]


def test_a_pattern(tmp_path):
    folder = laid(tmp_path, **{"7_Ada_x.py": "", "8_Bo.py": "", "readme.py": ""})
    whole = found(folder, pattern="{student}_{name}.py")
    assert {s.student: s.name for s in whole.students} == {"7": "Ada_x", "8": "Bo"}
    assert whole.programs == ("readme.py",)
    for wrong in ("{name}.py", "{student}{student}", "x"):
        with pytest.raises(SubmissionsError, match=r"--pattern must have \{student\} once, and"):
            found(folder, pattern=wrong)


DEFINES = "class MyGroupNorm:\n    pass\n"
OTHER = DEFINES + "x = 1\n"


def notebook(*cells):
    made = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def packed(**files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return data.getvalue()


def chosen(tmp_path, files, **options):
    """The file that is graded of what one student hands in; or the kind of problem, and the sentence."""
    for number, (path, content) in enumerate(files.items()):
        target = tmp_path / "ann" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(target, (1_700_000_000 + number,) * 2)  # each newer than the one before
    (tmp_path / "bob.py").write_text(DEFINES)
    (ann, _) = found(tmp_path, **options).students
    if ann.problem:
        return ann.problem.kind, telling.said(ann.problem)
    return ann.file.removeprefix("ann/"), *ann.notes


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        # what defines it counts, whatever it is called and wherever it lies
        ({"utils.py": "def plot(): pass", CALLED.replace(".py", ".ipynb"): notebook(DEFINES)}, "group_norm_1d.ipynb"),
        ({CALLED: "def plot(): pass", "mine.ipynb": notebook("x = 1", DEFINES)}, "mine.ipynb"),
        ({"hw/src/norm.py": DEFINES, "hw/tests/test_norm.py": "from norm import MyGroupNorm"}, "hw/src/norm.py"),
        ({CALLED: EXERCISE.starter, "mine.py": DEFINES}, "mine.py"),
        ({"mine.py": "class MyGroupNorm(:", "helper.py": "x = 1"}, "mine.py"),
        ({"mine.py": "class MyGroupNorm(:", "old.py": DEFINES}, "old.py"),
        ({"answer.txt": DEFINES, "notes.txt": "MyGroupNorm is fine"}, "answer.txt"),
        ({"venv/lib/a.py": OTHER, "node_modules/b.py": OTHER, "mine.py": DEFINES}, "mine.py"),
        ({"group_norm_1d.py.txt": DEFINES}, "group_norm_1d.py.txt"),
        ({"group_norm_1d.ipynb.json": notebook(DEFINES)}, "group_norm_1d.ipynb.json"),
        # in archives, and in archives of them
        ({"work.zip": packed(**{"a/b/mine.py": DEFINES, "readme.md": "x"})}, "work.zip"),
        ({"work.zip": packed(**{"in.zip": packed(**{"x.py": DEFINES})}), "y.py": "x = 1"}, "work.zip"),
    ],
)  # fmt: skip
def test_the_file_that_defines_the_entry(tmp_path, files, expected):
    assert chosen(tmp_path, files) == (expected,)


def test_of_several_that_define_it_the_name_and_then_the_newest_and_a_note_says_so(tmp_path):
    files = {CALLED: DEFINES, "new.py": OTHER}
    note = "2 files define MyGroupNorm (group_norm_1d.py, new.py); group_norm_1d.py counts: its name is the exercise's"
    assert chosen(tmp_path / "name", files) == (CALLED, note)
    files = {"group_norm_1d-10.py": DEFINES, "group_norm_1d (2).py": OTHER, CALLED: DEFINES + "y = 1"}
    assert chosen(tmp_path / "number", files)[0] == "group_norm_1d-10.py"
    files = {"hw1.py": OTHER, "hw2.py": DEFINES}
    note = "2 files define MyGroupNorm (hw1.py, hw2.py); hw2.py counts: it is the newest"
    assert chosen(tmp_path / "newest", files) == ("hw2.py", note)
    files = {"hw1.py": DEFINES, "hw2.py": DEFINES}
    assert len(chosen(tmp_path / "same", files)) == 1  # it does not matter which
    (whole,) = [s for s in found(tmp_path / "newest").students if s.student == "ann"]
    assert whole.submission.notes == (note,)  # its author reads it, too


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.py": "x = 1", "b.py": "x = 2"},
         "2 files were handed in (a.py, b.py), none of which defines MyGroupNorm; which one is meant cannot be told"),
        ({f"ada/{CALLED}": DEFINES, f"bob/{CALLED}": OTHER},
         "2 files define MyGroupNorm (ada/group_norm_1d.py, bob/group_norm_1d.py), and which one is meant cannot be"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_for_the_teacher(tmp_path, files, said):
    kind, sentence = chosen(tmp_path, files)
    assert kind == "which_file"
    assert sentence.startswith(said)
    last = list(files)[-1]
    assert chosen(tmp_path, files, file=last.rpartition("/")[2] if "/" not in last else last) == (last,)
    listed = roster(tmp_path.parent, f"student,name,file\nann,Ann,{last}\nbob,Bob,\n")
    assert chosen(tmp_path, files, roster=listed) == (last,)


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"group_norm_1d.url": "[InternetShortcut]"}, "link"),
        ({"group_norm_1d.ipynb.html": '<a href="https://colab.research.google.com/drive/1">x</a>'}, "link"),
        ({"hw.docx": "PK"}, "no_program"),
        ({"work.zip": "no zip"}, "not_read"),
    ],
)
def test_no_program_is_said_as_what_it_is(tmp_path, files, kind):
    assert chosen(tmp_path, files)[0] == kind


def test_modules_beside_the_file_are_read_with_it(tmp_path):
    files = {"a/mine.py": "import tools\n" + DEFINES, "a/tools.py": "x = 1", "tools.py": "x = 2"}
    chosen(tmp_path, files)
    (ann, _) = found(tmp_path).students
    assert ann.submission.modules == {"tools": "x = 1"}


def test_what_cannot_be_graded_has_the_sentences_of_check(tmp_path):
    laid(tmp_path, **{"a.py": " ", "b.py": EXERCISE.starter, "c.py": "x = 1\0"})
    (tmp_path / "d.py").write_bytes("x = 'ü'".encode("latin-1"))
    (tmp_path / "e.py").write_bytes(b"#" * (2 << 20))
    assert texts(found(tmp_path)) == {
        "a": "empty", "b": "starter", "c": "null_bytes", "d": "encoding", "e": "too_large"
    }  # fmt: skip


def test_a_link_is_not_followed_wherever_it_leads(tmp_path):
    secret = tmp_path / "secret.py"
    secret.write_text("secret = 1")
    folder = laid(tmp_path / "class", **{"ann.py": ""})
    (folder / "bob.py").symlink_to(secret)
    (folder / "cat.py").symlink_to(folder / "ann.py")
    (folder / "dan").symlink_to(tmp_path)
    (folder / "eve").mkdir()
    (folder / "eve" / CALLED).symlink_to("/dev/zero")
    os.mkfifo(folder / "fay.py")
    whole = found(folder)
    assert texts(whole) == {"ann": "text = 'ann.py'", "bob": "not_read", "cat": "not_read", "eve": "not_read",
                            "fay": "not_read"}  # fmt: skip
    assert whole.ignored == ("dan",)
    messages = {s.student: telling.said(s.problem) for s in whole.students if s.problem}
    assert messages["bob"] == (
        "bob.py was not read: it is a link, and no link is followed: it could lead to somebody else's file; "
        "hand in the file itself, called group_norm_1d.py"
    )
    assert "neither a plain file nor a folder" in messages["fay"]
    assert all(s.sha256.startswith(NO_TEXT) for s in whole.students if s.problem)


def test_hostile_names_are_plain(tmp_path):
    (tmp_path / "ann\x1b[2J\n.py").write_text("x = 1")
    (tmp_path / os.fsdecode(b"b\xff.py")).write_text("x = 2")
    whole = found(tmp_path)
    assert [s.student for s in whole.students] == ["ann\\x1b[2J", "b\\udcff"]
    assert all(s.submission for s in whole.students)


def test_nothing_to_grade_is_misuse(tmp_path):
    with pytest.raises(SubmissionsError, match="holds no submissions: 0 files"):
        found(tmp_path)
    with pytest.raises(SubmissionsError, match="is no zip archive that can be read"):
        found(laid(tmp_path, **{"x.zip": "no zip"}) / "x.zip")
    with pytest.raises(SubmissionsError, match="cannot be read: No such file"):
        found(tmp_path / "nowhere")


def roster(tmp_path, text):
    path = tmp_path / "roster.csv"
    path.write_text(text, "utf-8-sig")
    return read_roster(path)


def test_a_roster_names_people_and_lists_who_is_missing(tmp_path):
    folder = laid(tmp_path / "class", **{"ann.py": "", "bo@x.edu.py": "", "stranger.py": ""})
    listed = roster(tmp_path, "student;name;email\nann;Ann Smith;a@x.edu\n12;Bo Li;bo@x.edu\n13;Cy;\n")
    whole = found(folder, roster=listed)
    assert {s.student: (s.name, s.file) for s in whole.students} == {
        "12": ("Bo Li", "bo@x.edu.py"), "13": ("Cy", ""), "ann": ("Ann Smith", "ann.py"),
        "stranger": ("stranger", "stranger.py"),
    }  # fmt: skip
    assert texts(whole)["13"] == "nothing"
    assert whole.strangers == ("stranger",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Student,ID,SIS User ID,SIS Login ID,Section\n   Points Possible,,,,\n"Lovelace, Ada",12345,u1,ada,S1\n',
         ("12345", "Lovelace, Ada")),
        ("First name,Last name,ID number,Email address\nAda,Lovelace,12345,ada@x.edu\n", ("12345", "Ada Lovelace")),
        ("Identifier,Full name,Email address\nParticipant 12345,Ada Lovelace,ada@x.edu\n",
         ("Participant 12345", "Ada Lovelace")),
        ("Name,SID,Email\nAda Lovelace,12345,ada@x.edu\n", ("12345", "Ada Lovelace")),
        ("student\n12345\n", ("12345", "12345")),
        ("name,email\nLovelace Ada,ada@x.edu\n", ("ada@x.edu", "Lovelace Ada")),
    ],
)  # fmt: skip
def test_rosters_as_platforms_export_them(tmp_path, text, expected):
    listed = roster(tmp_path, text)
    whole = found(laid(tmp_path / "class", **{"lovelaceada_12345_9_x.py": ""}), roster=listed)
    assert [(s.student, s.name) for s in whole.students] == [expected]
    assert whole.students[0].submission


def test_a_key_of_two_people_is_nobody_s(tmp_path):
    listed = roster(tmp_path, "id,name\n1,Ann Lee\n2,Ann Lee\n")
    whole = found(laid(tmp_path / "class", **{"Ann Lee.py": "", "2.py": ""}), roster=listed)
    assert texts(whole) == {"1": "nothing", "2": "text = '2.py'", "Ann Lee": "text = 'Ann Lee.py'"}


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "needs a header with a column that identifies students.*says: nothing"),
        ("section,grade\nA,1\n", "its first line says: section, grade"),
        ("id\n1\n1\n", "lists '1' twice"),
    ],
)
def test_a_roster_that_identifies_nobody(tmp_path, text, match):
    with pytest.raises(SubmissionsError, match=match):
        roster(tmp_path, text)
    with pytest.raises(SubmissionsError, match="cannot be read: No such file"):
        read_roster(tmp_path / "nowhere.csv")
