import pytest

from grader.submission.files import LINK
from grader.submission.reader import read_submission
from grader.submission.reading import NoSuchFileError
from grader.submission.reading_process import LINKS_LISTED
from grader.submission.which_file import Asked


def read(path):
    return read_submission(path, Asked(slug="x", entry="f", starter="the starter"))


@pytest.mark.parametrize(
    ("data", "source"),
    [
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"x = 1\r\ny = 2\r", "x = 1\ny = 2\n"),
        ("# γ\n".encode(), "# γ\n"),
    ],
)
def test_a_text_file_is_read_as_python_reads_it(tmp_path, data, source):
    (tmp_path / "a.py").write_bytes(data)
    assert read(tmp_path / "a.py").source == source


def test_a_hostile_file_name_is_made_plain(tmp_path):
    path = tmp_path / "a\x1b[31m.py"
    path.write_text("x = 1", "utf-8")
    assert read(path).name == r"a\x1b[31m.py"


def test_a_link_is_not_followed_and_the_sentence_says_what_to_do(tmp_path):
    secret = tmp_path / "secret.py"
    secret.write_text("secret = 1")
    link = tmp_path / "mine.py"
    link.symlink_to(secret)
    with pytest.raises(NoSuchFileError) as caught:
        read(link)
    assert str(caught.value) == f"{link} was not read: {LINK}; name the file itself"
    assert LINK.startswith("it is a link, and no link is followed")


def test_a_folder_that_is_a_link_may_lead_to_the_file(tmp_path):
    """Only the file itself is judged: homes and mounted volumes often lie behind a link."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "mine.py").write_text("x = 1")
    (tmp_path / "there").symlink_to(tmp_path / "real")
    assert read(tmp_path / "there" / "mine.py").source == "x = 1"
    (tmp_path / "round").symlink_to(tmp_path / "round")
    with pytest.raises(NoSuchFileError, match="cannot be read: Too many levels"):
        read(tmp_path / "round" / "mine.py")


def test_a_module_beside_the_program_that_is_a_link_is_left_out_with_a_note(tmp_path):
    (tmp_path / "secret.txt").write_text("secret = 1")
    (tmp_path / "linked.py").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "own.py").write_text("y = 1")
    (tmp_path / "mine.py").write_text("import linked, own\n")
    found = read(tmp_path / "mine.py")
    assert found.modules == {"own": "y = 1"}
    assert found.notes == (f"the module linked.py was not read: {LINK}; put the file itself there",)


def test_notes_on_links_are_few(tmp_path):
    names = [f"m{at}" for at in range(40)]
    for name in names:
        (tmp_path / f"{name}.py").symlink_to("/dev/zero")
    (tmp_path / "mine.py").write_text("".join(f"import {name}\n" for name in names))
    assert len(read(tmp_path / "mine.py").notes) == LINKS_LISTED
