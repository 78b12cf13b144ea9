"""Reading has a clock and a memory limit: what a student sends costs a sentence, and the next is read as ever."""

import io
import json
import os
import zipfile

import pytest

from grader.submission import reader as module
from grader.submission.files import File
from grader.submission.reader import Reader, ReaderError, read_data
from grader.submission.reading import UnreadableError
from grader.submission.which_file import Asked

ASKED = Asked(slug="norm", entry="f", starter="")
RIGHT = b"def f(x):\n    return x\n"


def files(**contents):
    return [File(parts=tuple(path.split("/")), read=lambda data=data: data) for path, data in contents.items()]


def notebook(*cells):
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4}).encode()


def zeros(size):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("x.ipynb", b"[" + b" " * size)
    return data.getvalue()


def test_one_process_reads_many_and_ends_with_its_reader():
    with Reader() as reader:
        for _ in range(3):
            read = reader.read(files(**{"a/mine.py": RIGHT, "a/notes.txt": b"x"}), ASKED)
            assert (read.file, read.submission.source, read.submission.name) == (
                ("a", "mine.py"), RIGHT.decode(), "norm.py"
            )  # fmt: skip
        pid = reader._process.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


# Each of these kept the judge busy for minutes, or filled its memory.
HOSTILE = {
    "a chain of assignments": notebook(
        "\n".join(f"a{n} = a{n + 1}" for n in range(30_000)) + "\n" + RIGHT.decode(), RIGHT.decode()
    ),
    "a line of blanks": notebook(" " * 60_000 + "!ls", RIGHT.decode()),
    "thousands of cells that bind one name": notebook(*["f = 1"] * 4_900, RIGHT.decode()),
    "deep nesting": notebook("x = " + "(" * 100_000, RIGHT.decode()),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_notebooks_are_read_or_refused(name):
    with Reader() as reader:
        try:
            read = reader.read(files(**{"x.ipynb": HOSTILE[name]}), ASKED)
        except UnreadableError as error:
            said = str(error)
        else:
            said = read.submission.source
        assert "def f" in said or "depend on one another too often" in said or "more than 5,000 statements" in said
        assert reader.read(files(**{"y.py": RIGHT}), ASKED).submission.source == RIGHT.decode()


def test_beyond_a_limit_is_a_sentence_and_the_next_is_read():
    slow = notebook(*["x = " + "+".join("1" * 20_000)] * 400, RIGHT.decode())
    with Reader(seconds=0.3) as reader:
        with pytest.raises(UnreadableError, match=r"takes more than 0.3 seconds; hand in a file"):
            reader.read(files(**{"x.ipynb": slow}), ASKED)
        assert reader.read(files(**{"y.py": RIGHT}), ASKED).submission.source == RIGHT.decode()
    with Reader(memory=100 << 20) as reader:
        with pytest.raises(UnreadableError, match=r"takes more than 100 MiB of memory; hand in a file"):
            reader.read(files(**{"work.zip": zeros(60 << 20)}), ASKED)
        assert reader.read(files(**{"y.py": RIGHT}), ASKED).submission.source == RIGHT.decode()


def test_a_fault_of_ours_is_not_the_student_s(monkeypatch):
    monkeypatch.setattr(module, "asdict", lambda _: {"slug": 1})
    with Reader() as reader, pytest.raises(ReaderError, match="reading failed with TypeError"):
        reader.read(files(**{"y.py": RIGHT}), ASKED)


def test_what_its_sender_calls_it_and_whose_modules_are_beside_it(tmp_path):
    (tmp_path / "tools.py").write_text("x = 1\n")
    data = b"import tools\n" + RIGHT
    read = read_data(data, ASKED, name="mine.py", folder=tmp_path)
    assert (read.name, read.modules) == ("mine.py", {"tools": "x = 1\n"})
    assert read_data(data, ASKED, name="mine.py").modules == {}
