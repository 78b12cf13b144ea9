import pytest

from grader.submission import read_submission


def read(path):
    return read_submission(path, starter="the starter", entry="f")


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
