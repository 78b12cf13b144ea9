"""Files as editors, shells and browsers save them; and what is no program, called what it is."""

import io
import json
import zipfile

import pytest

from grader.submission.decoding import NotAProgramError, decoded, looks_like_notebook
from grader.submission.helpers import helpers
from grader.submission.reader import read_submission
from grader.submission.reading import submission_from
from grader.submission.which_file import Asked

TEXT = "# Größe\ndef f(x):\n    return x\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
    ],
)
def test_whatever_the_encoding_the_text_is_the_same(data):
    assert decoded(data) == TEXT


@pytest.mark.parametrize("encoding", ["latin-1", "gbk", "cp1252"])
def test_the_encoding_that_a_file_declares_counts(encoding):
    text = f"# -*- coding: {encoding} -*-\n# é\nx = 1\n"
    assert decoded(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["unicode_escape", "raw_unicode_escape", "utf-7", "rot13", "cp037"])
def test_an_encoding_that_reads_other_characters_than_an_editor_shows_does_not_count(encoding):
    text = f"# coding: {encoding}\n# \\nx = 1 \\u000ax = 2 +AAo-x = 3\n"
    assert decoded(text.encode()) == text


def zipped(name):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr(name, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("# ä\n".encode("latin-1"), "line 1 is not UTF-8 text; save the file in UTF-8 encoding"),
        (b"# coding: hex\n\xe4\n", "line 2 is not UTF-8 text"),
        (b"a\0b\nxx", "the file has a null byte in line 1"),
        (zipped("word/document.xml"), "this is a zip archive or an Office document"),
        (rb"{\rtf1\ansi x}", "this is an RTF document; save it as plain text"),
        (b"%PDF-1.7 x", "this is a PDF; hand in the .py file"),
        (b"<!DOCTYPE html><html></html>", "this is a web page; download the file itself"),
        (b"```python\nx = 1\n```\n", "line 1 begins with ```, as in Markdown; keep only the program"),
        (b"1 import jax\n2 def f():\n3     return 1\n\n4 x = f()\n", "every line begins with a line number"),
    ],
)
def test_what_is_no_program_is_called_what_it_is(data, said):
    with pytest.raises(NotAProgramError) as refused:
        decoded(data)
    assert str(refused.value).startswith(said)


def test_numbers_at_the_beginning_of_lines_may_be_python():
    assert decoded(b"1\n2\n3\n3\n") == "1\n2\n3\n3\n"


@pytest.mark.parametrize("name", ["f.ipynb", "f.py", "f.ipynb.json", "f.ipynb.txt", "f.IPYNB"])
def test_a_notebook_is_read_as_one_whatever_it_is_called(name):
    cell = {"cell_type": "code", "source": "def f():\n    return 1", "metadata": {}, "outputs": []}
    data = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    assert looks_like_notebook(data)
    assert submission_from(data, name=name, starter="x = 0", entry="f").source == "def f():\n    return 1\n"


def test_modules_beside_the_file_come_along_and_no_others(tmp_path):
    files = {
        "mine.py": "import a, json, missing\n",
        "a.py": "from b import c\n",
        "b.py": "c = 1\n",
        "json.py": "",
        "d.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    found = read_submission(tmp_path / "mine.py", Asked(slug="x", entry="f", starter=""))
    assert found.modules == {"a": files["a.py"], "b": files["b.py"]}


def test_modules_that_import_one_another_end():
    assert helpers("import a", lambda name: b"import a, b" if name != "c.py" else None).keys() == {"a", "b"}
    assert helpers("import a", lambda name: b"x = (" if name == "a.py" else None) == {"a": "x = ("}
