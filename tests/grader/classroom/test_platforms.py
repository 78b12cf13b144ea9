"""Downloads as ten platforms lay them out, and the same renamed, wrapped, and beside what is nobody's."""

import shutil
import zipfile

import pytest

from grader.classroom.roster import read_roster
from grader.classroom.submissions import find
from grader.course.loader import load
from grader.submission.files import SubmissionsError

EXERCISE = load("group_norm_1d")
ADA, OLD, BOB = (f"class MyGroupNorm:\n    text = {text!r}\n" for text in ("ada", "old", "bob"))
# Platform -> (layout, path -> text, student -> text)
DOWNLOADS = {
    "canvas": ("Canvas download", {
        "hopper-graceb_LATE_22_7_hw-1.py": ADA, "obrien_sean_23_8_hw.py": BOB, "doejane_33_link.html": "<a href='x'>",
        "nemo_34_text.html": "x",
    }, {"22": ADA, "23": BOB, "33": "link", "34": "text"}),
    "moodle": ("Moodle download", {
        "Ada L_5_assignsubmission_file_/src/hw.py": ADA, "Ada L_6_assignsubmission_file_/hw.py": BOB,
        "Cy_7_assignsubmission_onlinetext_/onlinetext.html": "x",
    }, {"5": ADA, "6": BOB, "7": "text"}),
    "moodle, flat": ("Moodle download", {
        "Ada_5_assignsubmission_file_hw.py": ADA, "Bob_6_assignsubmission_file_hw.py": BOB,
    }, {"5": ADA, "6": BOB}),
    "blackboard": ("Blackboard download", {
        "HW_1_ada_attempt_2024-01-05-10-12-13.txt": "Name: Ada", "HW_1_ada_attempt_2024-01-05-10-12-13_hw.py": OLD,
        "HW_1_ada_attempt_2024-01-06-10-12-13.txt": "Name: Ada", "HW_1_ada_attempt_2024-01-06-10-12-13_hw.py": ADA,
        "HW_1_bob_attempt_2024-01-05-09-00-00_hw.py": BOB, "HW_1_cy_attempt_2024-01-05-09-00-00.txt": "Name: Cy",
    }, {"ada": ADA, "bob": BOB, "cy": "nothing"}),
    "brightspace": ("Brightspace download", {
        "12-90 - Ada L - Jan 9, 2024 1112 PM/hw.py": OLD, "12-90 - Ada L - Jan 10, 2024 1012 AM/hw.py": ADA,
        "13-90 - Bob - The Second - Feb 1, 2024 908 AM/hw.py": BOB, "index.html": "x",
    }, {"12": ADA, "13": BOB}),
    "autolab": ("Autolab download", {
        "ada_l@x.edu_2_hw.py": OLD, "ada_l@x.edu_10_hw.py": ADA, "bob@x.edu_1_hw.py": BOB,
    }, {"ada_l@x.edu": ADA, "bob@x.edu": BOB}),
    "sakai": ("Sakai download", {
        "HW/Lovelace, Ada(adal)/Submission attachment(s)/hw.py": ADA, "HW/Lovelace, Ada(adal)/timestamp.txt": "2024",
        "HW/Lovelace, Ada(adal)/Feedback Attachment(s)/solution.py": OLD, "HW/grades.csv": "x",
        "HW/Li, Bob (B.)(bob)/Submission attachment(s)/hw.py": BOB, "HW/Li, Bob (B.)(bob)/timestamp.txt": "2024",
        "HW/Nemo, Cy(cy)/Nemo, Cy(cy)_submissionText.html": "x", "HW/Nemo, Cy(cy)/timestamp.txt": "2024",
    }, {"adal": ADA, "bob": BOB, "cy": "text"}),
    "ilias": ("ILIAS download", {
        "HW1/Abgaben/Lovelace_Ada_ada_l_4711/20240105101213_hw.py": ADA, "HW1/Abgaben/Li_Bob_bob_4712/hw.py": BOB,
    }, {"ada_l": ADA, "bob": BOB}),
    "ilias, teams": ("ILIAS download", {
        "Abgaben/Team 1/Lovelace_Ada_ada_4711/hw.py": ADA, "Abgaben/Team 2/Li_Bob_bob_4712/hw.py": BOB,
    }, {"ada": ADA, "bob": BOB}),
    "submitty": ("Submitty tree", {
        "ada/2/hw.py": OLD, "ada/10/hw.py": ADA, "ada/user_assignment_settings.json": "{}", "bob/1/hw.py": BOB,
        "bob/user_assignment_settings.json": "{}",
    }, {"ada": ADA, "bob": BOB}),
    "nbgrader": ("nbgrader tree", {
        "submitted/ada/ps1/hw.py": ADA, "submitted/ada/ps1/timestamp.txt": "2024", "submitted/bob/ps1/hw.py": BOB,
    }, {"ada": ADA, "bob": BOB}),
    "gradescope": ("Gradescope export", {
        "submission_metadata.yml": "submission_1:\n  :submitters:\n  - :name: Ada\n    :email: ada@x.edu\n",
        "submission_1/hw.py": ADA, "submission_2/hw.py": BOB,
    }, {"ada@x.edu": ADA, "submission_2": BOB}),
    "files": ("one file or folder a student", {"ada.py": ADA, "bob.py": BOB}, {"ada": ADA, "bob": BOB}),
    "folders": ("one file or folder a student", {"ada/src/hw.py": ADA, "bob/hw.py": BOB, "readme.txt": "x"},
                {"ada": ADA, "bob": BOB}),
}  # fmt: skip


def laid(folder, files):
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return folder


def texts(whole):
    return {s.student: s.submission.source if s.submission else s.problem.kind for s in whole.students}


@pytest.mark.sample(6)
@pytest.mark.parametrize("platform", DOWNLOADS)
def test_a_download_wherever_it_lies(tmp_path, platform):
    layout, files, expected = DOWNLOADS[platform]
    folder = laid(tmp_path / "download (1)", files)
    (tmp_path / "deep" / "er" / "__MACOSX").mkdir(parents=True)
    shutil.copytree(folder, tmp_path / "deep" / "er" / "class")
    packed = shutil.make_archive(str(tmp_path / "class (2)"), "zip", tmp_path, "download (1)")
    (tmp_path / "own").mkdir()
    bare = shutil.make_archive(str(tmp_path / "own" / "bare"), "zip", folder)
    places = [folder, packed, bare]
    if platform != "files":  # in a folder of their own, they could be one student's
        places.append(tmp_path / "deep")
    for place in places:
        whole = find(folder.parent / place, EXERCISE)
        assert whole.layout == layout, place
        assert texts(whole) == expected, place
        assert whole.programs == ()
    attempts = {s.student: s.notes for s in whole.students if s.notes}
    assert list(attempts) == [student for student, text in expected.items() if text == ADA and OLD in files.values()
                              and platform not in ("sakai",)]  # fmt: skip


@pytest.mark.parametrize("platform", ["canvas", "moodle", "blackboard", "autolab", "gradescope", "brightspace"])
def test_what_is_nobodys_unmakes_nothing_and_is_listed(tmp_path, platform):
    layout, files, expected = DOWNLOADS[platform]
    whole = find(laid(tmp_path, {**files, "solution.py": BOB, "notes.md": "x"}), EXERCISE)
    assert (whole.layout, texts(whole)) == (layout, expected)
    assert whole.programs == ("solution.py",)
    assert whole.ignored == ("notes.md",)


def test_a_pattern_with_attempts(tmp_path):
    files = {"ada-v2-hw.py": OLD, "ada-v10-hw.py": ADA, "bob-v1-hw.py": BOB, "mine.py": OLD}
    whole = find(laid(tmp_path, files), EXERCISE, pattern="{student}-v{attempt}-{*}.py")
    assert texts(whole) == {"ada": ADA, "bob": BOB}
    assert whole.students[0].notes == ("the last of 2 attempts counts, 10; not graded: 2",)
    assert whole.programs == ("mine.py",)


@pytest.mark.parametrize(
    ("files", "match"),
    [
        ({"group a/ada/hw.py": ADA, "group a/bob/hw.py": BOB, "group b/cy/hw.py": ADA, "group b/di/hw.py": BOB},
         r"group a holds several folders with programs \(ada, bob\); name the folder"),
        ({"class/ada.py": ADA, "class/bob.py": BOB},
         r"ada.py, bob.py may be one student's, or one file or folder a student; name the folder"),
        ({"class/ada/hw.py": ADA, "class/bob/hw.py": BOB, "class/solution.py": OLD}, "ada, bob, solution.py may be"),
        ({"class/ada/hw.py": ADA, "class/bob/hw.py": BOB, "class/test/hw.py": OLD}, "ada, bob, test may be"),
        ({"class/ada/hw.py": ADA, "class/bob/hw.pdf": ""}, "ada, bob may be one student's"),
        ({"class/ada/hw.py": ADA, "class/bob.py": BOB}, "ada, bob.py may be one student's"),
    ],
)  # fmt: skip
def test_it_asks_where_it_cannot_be_told_who_the_students_are(tmp_path, files, match):
    with pytest.raises(SubmissionsError, match=match):
        find(laid(tmp_path, files), EXERCISE)
    if "class" in {path.partition("/")[0] for path in files}:  # the way out
        assert len(find(tmp_path / "class", EXERCISE).students) == len(files)


def test_one_student_s_folders_are_no_class(tmp_path):
    files = {"ada/src/hw.py": ADA, "ada/tests/test_hw.py": "x = 1", "ada/readme.md": "x"}
    assert texts(find(laid(tmp_path, files), EXERCISE)) == {"ada": ADA}


def test_nobody_is_lost_for_depth_or_merged_by_a_long_name(tmp_path):
    deep = "/".join(["ada", *(["d"] * 60), "hw.py"])
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr(deep, ADA)
        for end in "xy":
            archive.writestr("n" * 200 + end + "/hw.py", ADA if end == "x" else BOB)
    found = texts(find(tmp_path / "class.zip", EXERCISE))
    assert sorted(found.values()) == sorted([ADA, ADA, BOB])
    (tmp_path / "class").mkdir()
    laid(tmp_path / "class", {deep: ADA, "bob/hw.py": BOB})
    found = texts(find(tmp_path / "class", EXERCISE))
    assert found == {"ada": "not_read", "bob": BOB}


@pytest.mark.parametrize(
    "data",
    [
        b"sep=;\nname;id\nAda Lovelace;5\n",
        "\ufeffNachname;Vorname;Matrikelnummer;E-Mail\nLovelace;Ada;5;a@x.edu\n".encode(),
        "Kurs Numerik 1\n\nVollständiger Name;Matrikel-Nr.\nAda Lovelace;5\n".encode("cp1252"),
        "Prénom,Nom,Numéro étudiant\nAda,Lovelace,5\n".encode("latin-1"),
        "name\tid\r\nAda Lovelace\t5\r\n".encode("utf-16"),
        b'"Name","ID"\n"Ada Lovelace","5"\n',
    ],
)
def test_rosters_as_spreadsheets_and_schools_write_them(tmp_path, data):
    (tmp_path / "roster.csv").write_bytes(data)
    (entry,) = read_roster(tmp_path / "roster.csv")
    assert (entry.student, entry.name) == ("5", "Ada Lovelace")


def test_a_spreadsheet_called_csv_is_called_what_it_is(tmp_path):
    with zipfile.ZipFile(tmp_path / "roster.csv", "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(SubmissionsError, match=r"is a spreadsheet .*save it as CSV"):
        read_roster(tmp_path / "roster.csv")


def test_a_name_gives_nobody_the_row_of_another(tmp_path):
    files = {
        "submission_metadata.yml": "".join(
            f"submission_{n}:\n  :submitters:\n  - :name: Ada Lovelace\n    :email: {mail}\n"
            for n, mail in enumerate(("mallory@y.edu", "ada@x.edu"))
        ),
        "submission_0/hw.py": BOB,
        "submission_1/hw.py": ADA,
    }
    (tmp_path / "roster.csv").write_text("name,email\nAda Lovelace,ada@x.edu\n")
    whole = find(laid(tmp_path / "class", files), EXERCISE, roster=read_roster(tmp_path / "roster.csv"))
    assert texts(whole) == {"ada@x.edu": ADA, "mallory@y.edu": BOB}
    assert whole.strangers == ("mallory@y.edu",)
