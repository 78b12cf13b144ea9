"""Zip archives, honest and hostile: nothing is unpacked, and a trap costs its own student only."""

import stat
import zipfile

import pytest
import telling

from grader.classroom.submissions import find
from grader.course.loader import load
from grader.submission import archives, reader
from grader.submission.files import SubmissionsError

EXERCISE = load("group_norm_1d")


def packed(tmp_path, members, name="class.zip"):
    """An archive; a member is (name or ZipInfo, content)."""
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members:
            archive.writestr(member, content)
    return path


def info(name, mode=0, packing=zipfile.ZIP_DEFLATED):
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    made.compress_type = packing
    return made


def said(path):
    whole = find(path, EXERCISE)
    return {s.student: telling.said(s.problem) if s.problem else s.submission.source for s in whole.students}


def test_an_archive_is_read_as_a_folder_is(tmp_path):
    members = [("ann.py", "a = 1"), ("bob/", ""), ("bob/x.py", "b = 1"), ("__MACOSX/._ann.py", "x")]
    assert said(packed(tmp_path, members)) == {"ann": "a = 1", "bob": "b = 1"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["class.zip"]


def test_the_folder_that_was_packed_is_not_a_student(tmp_path):
    assert said(packed(tmp_path, [("class/ann.py", "a = 1"), ("class/bob.py", "b = 1")])) == {
        "ann": "a = 1",
        "bob": "b = 1",
    }
    assert said(packed(tmp_path, [("ann/x.py", "a = 1")])) == {"ann": "a = 1"}


def test_traps_are_refused_and_cost_nobody_else(tmp_path):
    members = [
        ("ann/ok.py", "a = 1"),
        ("bob/../../etc/evil.py", "x"),
        ("/etc/cat.py", "x"),
        ("C:\\dan\\x.py", "x"),
        (info("eve/link.py", stat.S_IFLNK | 0o777), "/etc/passwd"),
        (info("fay/pipe.py", stat.S_IFIFO), "x"),
        (info("gil/bz.py", 0, zipfile.ZIP_BZIP2), "x"),
        ("hal/large.py", "#" * (5 << 20)),
    ]
    told = said(packed(tmp_path, members))
    assert told["ann"] == "a = 1"
    for student in ("bob", "etc", "C:"):
        assert "was not read: its path in the archive leads out of it" in told[student], student
    assert "it is a link, and no link is followed" in told["eve"]
    assert "neither a plain file nor a folder" in told["fay"]
    assert "packed in an unusual way" in told["gil"]
    assert "larger than 1 MiB" in told["hal"]
    assert not (tmp_path.parent / "etc").exists()


def test_a_name_twice_is_nobody_s(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = packed(tmp_path, [("ann/x.py", "a = 1"), ("ann/x.py", "a = 2"), ("bob/./x.py", "1"), ("bob/x.py", "2")])
    assert all("cannot be told" in text or "have its name" in text for text in said(path).values())


def test_a_bomb_is_unpacked_no_further_than_a_submission_may_go(tmp_path):
    zeros = packed(tmp_path, [("ann.py", b"\0" * (200 << 20)), ("bob.py", "b = 1")])
    assert zeros.stat().st_size < 1 << 20
    told = said(zeros)
    assert "larger than 1 MiB" in told["ann"]
    assert told["bob"] == "b = 1"


def test_a_size_that_lies_and_damage_are_the_student_s_alone(tmp_path):
    path = packed(tmp_path, [("ann.py", "a = 1" * 99), ("bob.py", "b = 1")])
    data = bytearray(path.read_bytes())
    at = data.index(b"ann.py") + len(b"ann.py")
    data[at : at + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    assert "it is damaged in the archive" in said(path)["ann"]
    assert said(path)["bob"] == "b = 1"


def test_an_encrypted_member_is_refused(tmp_path):
    path = packed(tmp_path, [("ann.py", "a = 1"), ("bob.py", "b = 1")])
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    path.write_bytes(data)
    assert "it is encrypted" in said(path)["ann"]
    assert said(path)["bob"] == "b = 1"


def test_names_in_utf_8_that_do_not_say_so(tmp_path):
    path = packed(tmp_path, [("ren__.py", "a = 1"), ("群.py", "b = 1")])
    path.write_bytes(path.read_bytes().replace(b"ren__", "ren\u00e9".encode()))
    assert list(said(path)) == ["ren\u00e9", "群"]


def test_a_name_in_no_encoding_is_a_sentence(tmp_path):
    path = packed(tmp_path, [("é.py", "a = 1")])
    path.write_bytes(path.read_bytes().replace("é".encode(), b"\xff\xfe"))
    with pytest.raises(SubmissionsError, match="is no zip archive that can be read"):
        said(path)


def test_too_many_files(tmp_path, monkeypatch):
    path = packed(tmp_path, [(f"s{n}.py", f"x = {n}") for n in range(5)])
    monkeypatch.setattr(archives, "FILES_CAP", 4)
    with pytest.raises(SubmissionsError, match="holds more than 4 files"):
        said(path)


def test_who_hands_in_too_much_takes_nothing_from_others(tmp_path, monkeypatch):
    path = packed(tmp_path, [("ann/a.py", "a = 1\n" * 9), ("bob/x.py", "b = 1")])
    monkeypatch.setattr(reader, "TOTAL_CAP", 50)
    assert "a.py was not read: more than 0 MiB were handed in" in said(path)["ann"]
    assert said(path)["bob"] == "b = 1"
