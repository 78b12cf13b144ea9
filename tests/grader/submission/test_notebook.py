"""The program in a notebook: what is kept, where it stands, and what is said of notebooks that are none."""

import ast
import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notebooks import AFTER, AROUND, notebook

from grader.course.loader import load
from grader.reports.sentences import place
from grader.submission.cells import plain_python
from grader.submission.notebook import NOTEBOOK_CAP, NotebookError, extracted
from grader.submission.reading import UnreadableError, submission_from

EXERCISE = load("group_norm_1d")
SOLUTION = EXERCISE.solution
ENTRY = EXERCISE.spec.entry.name


def program(*cells, entry="f"):
    return extracted(notebook(*cells), entry)


def test_what_stands_around_a_program_falls_away():
    found = extracted(notebook(*AROUND, SOLUTION, *AFTER), ENTRY)
    assert found.notes == ()
    kept = ast.unparse(ast.parse(SOLUTION))
    assert ast.unparse(ast.parse(found.source)) == kept
    lines = SOLUTION.split("\n")
    assert all((cell, lines[line - 1]) == ("5", text) for (cell, line), text in placed(found))


def placed(found):
    return list(zip(found.places, found.source.split("\n")[:-1], strict=True))


@pytest.mark.parametrize(
    ("cells", "source"),
    [
        (["import numpy as np\nimport torch", "def f(x):\n    return np.sum(x)"], "import numpy as np\ndef f(x):\n    return np.sum(x)\n"),
        (["EPS = 1e-5\nother = 2\ndef f(x): return x + EPS"], "EPS = 1e-5\ndef f(x): return x + EPS\n"),
        (["a = 1; print(a); b = a + 1\ndef f(): return b"], "a = 1\nb = a + 1\ndef f(): return b\n"),
        (["def g(): return 1", "def f(): return g()", "f()"], "def g(): return 1\ndef f(): return g()\n"),
        (["def f(): return 1", "def f(): return 2"], "def f(): return 2\n"),
        (["def f(): return 1\nf = staticmethod(f)"], "def f(): return 1\nf = staticmethod(f)\n"),
        (["import jax\n@jax.jit\ndef f(x):\n    return x"], "import jax\n@jax.jit\ndef f(x):\n    return x\n"),
        (["try:\n    import a\nexcept ImportError:\n    a = None\ndef f(): return a"], "try:\n    import a\nexcept ImportError:\n    a = None\ndef f(): return a\n"),
        (["from math import *\ndef f(): return pi"], "from math import *\ndef f(): return pi\n"),
        (["D = {}\nD['k'] = 3\ndef f(): return D['k']"], "D = {}\nD['k'] = 3\ndef f(): return D['k']\n"),
        (["import g\ndef there(x): return x\ndef f(x): return g.h(x)\nf.defvjp(there, there)\ng.h(1)\nthere.x()"], "import g\ndef there(x): return x\ndef f(x): return g.h(x)\nf.defvjp(there, there)\nthere.x()\n"),
        (["class f:\n    pass", "f.eps = 3\nx = 4"], "class f:\n    pass\nf.eps = 3\n"),
        (["import jax\njax.config.update('jax_enable_x64', True)\ndef f(): return jax"], "import jax\njax.config.update('jax_enable_x64', True)\ndef f(): return jax\n"),
        (["x = 'é'; y = 2; z = 'ü'\ndef f(): return y"], "y = 2\ndef f(): return y\n"),
        (["if True:\n    N = 2\nelse:\n    N = 3\ndef f(): return N"], "if True:\n    N = 2\nelse:\n    N = 3\ndef f(): return N\n"),
        (["def g(): return 1\ndef h(): return 2"], "def g(): return 1\ndef h(): return 2\n"),
        (["%%timeit\ndef f(): pass"], "def f(): pass\n"),
        (["%%writefile f.py\ndef f(): pass", "def g(): pass"], "def g(): pass\n"),
        (["text = '''\n!not a magic\n%nor this\n'''\ndef f(): return text\n!ls"], "text = '''\n!not a magic\n%nor this\n'''\ndef f(): return text\n"),
        (["def f(x):\n    y = (x\n         % 3)\n    return y\n%time f(2)"], "def f(x):\n    y = (x\n         % 3)\n    return y\n"),
        (["def f():\n    files = !ls\n    return 1"], "def f():\n    files = None\n    return 1\n"),
        (["def f():\n    !ls\n    return 1"], "def f():\n    pass\n    return 1\n"),
    ],
)  # fmt: skip
def test_what_is_kept(cells, source):
    assert program(*cells).source == source


@pytest.mark.parametrize(
    ("cells", "notes"),
    [
        (["def f(): return 1", "x", "def f(): return 2", "def f(): return 3"], ["f is defined in code cells 1, 3 and 4; the last one counts"]),
        (["def f(): return 1", "def broken(:"], ["code cell 2 is left out: Python cannot read it (line 1: invalid syntax)"]),
        ([("markdown", "```\ndef f(): pass\n```"), "x = 1"], ["f is in a text cell; change that cell to a code cell"]),
        (["def f(): return '\0'", "def f(): return 1"], ["code cell 1 is left out: it contains a null byte"]),
        (["def f(): return " + "(" * 9000 + ")" * 9000, "def f(): pass"], ["code cell 1 is left out: Python cannot read it"]),
        (["def f(): return " + "-" * 200_000 + "1", "def f(): pass"], ["code cell 1 is left out: Python cannot read it"]),
    ],
)  # fmt: skip
def test_what_is_noted(cells, notes):
    found = program(*cells).notes
    assert len(found) == len(notes)
    assert all(got.startswith(told) for got, told in zip(found, notes, strict=True))


DEEP = b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
GOOD = notebook("def f(): return 1")
LARGE = notebook("def f(): return 1", metadata={"picture": "x" * (50 << 20)})
CONFLICT = json.dumps(json.loads(GOOD), indent=1).replace(' "cells"', '<<<<<<< HEAD\n "cells"').encode()
# Twenty notebooks that something has happened to: the sentence, or the program that is in it all the same.
MANGLED = {
    "edited metadata": (notebook("def f(): return 1", metadata=["x", 7]), "def f(): return 1\n"),
    "no cells": (notebook(), "the notebook contains no code; write the program in a code cell and save the notebook"),
    "outputs of 50 MB": (LARGE, "def f(): return 1\n"),
    "too large": (b"{" + b" " * NOTEBOOK_CAP + b"}", "the notebook is larger than 64 MiB; clear its outputs and save"),
    "a wrong nbformat": (notebook("def f(): return 1", nbformat="seven"), "def f(): return 1\n"),
    "nbformat 3": (b'{"worksheets": [{"cells": [{"cell_type": "code", "input": ["def f():\\n", " return 1"]}]}]}', "def f():\n return 1\n"),
    "a merge conflict": (CONFLICT, "the notebook has a merge conflict (<<<<<<< in line "),
    "cells out of order": (notebook("def f(): return g()", "def g(): return 1"), "def f(): return g()\ndef g(): return 1\n"),
    "two definitions": (notebook("def f(): return 1", "def f(): return 2"), "def f(): return 2\n"),
    "cells of unknown kinds": (notebook(("video", "x"), ("", "def f(): 0"), "def f(): return 1"), "def f(): return 1\n"),
    "cells that are none": (b'{"cells": [1, null, {"cell_type": "code"}, {"cell_type": "code", "source": {"a": 1}}]}', "the notebook contains no code"),
    "a key twice": (b'{"cells": [], ' + GOOD[1:], "def f(): return 1\n"),
    "NaN and huge numbers": (b'{"a": NaN, "b": ' + b"9" * 10_000 + b", " + GOOD[1:], "def f(): return 1\n"),
    "nested without end": (DEEP, "the notebook is damaged: it is not JSON; save it again from the program you wrote it in"),
    "cut off": (GOOD[:-20], "the notebook is damaged: it is not JSON (line 1: "),
    "another file's JSON": (b"[1, 2]", "this is JSON but not a notebook: it has no list of cells"),
    "a program by a notebook's name": (b"def f(): return 1\n", "this is not a notebook: those are JSON and start with {"),
    "an empty file": (b" \n", "the file is empty; save the notebook and hand in the saved file"),
    "UTF-16": (GOOD.decode().encode("utf-16"), "a notebook is UTF-8 text, and line 1 is not"),
    "a byte order mark and CRLF": (b"\xef\xbb\xbf" + GOOD.replace(b"return 1", b"\\r\\n  return 1"), "def f(): \n  return 1\n"),
    "a lone surrogate": (GOOD.replace(b"return 1", b"return '\\ud800'"), "def f(): return '?'\n"),
    "raw cells alone": (notebook(("raw", "def f(): return 1")), "the notebook contains no code; write the program in a code"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "told"), MANGLED.values(), ids=MANGLED)
def test_mangled_notebooks(data, told):
    assert read(data).startswith(told)


def read(data):
    try:
        return extracted(data, "f").source
    except NotebookError as error:
        return str(error)


@pytest.mark.parametrize("cells", [(EXERCISE.starter,), (*AROUND, EXERCISE.starter, "check(MyGroupNorm)")])
def test_the_starter_is_recognised(cells):
    with pytest.raises(UnreadableError, match="this is the unchanged starter"):
        submission_from(notebook(*cells), name="a.ipynb", starter=EXERCISE.starter, entry=ENTRY)


def test_the_same_program_in_another_notebook_is_the_same_submission():
    one, other = (
        submission_from(notebook(*cells, SOLUTION), name="a.ipynb", starter=EXERCISE.starter, entry=ENTRY)
        for cells in ((), AROUND)
    )
    assert one.digest == other.digest
    assert [place(found.spot(10)) for found in (one, other)] == ["cell 1, line 12", "cell 5, line 12"]
    assert one.spot(10).text == other.spot(10).text == SOLUTION.split("\n")[11].strip()


CELLS = (
    *(cell for cell in (*AROUND, *AFTER) if isinstance(cell, str)),
    "a = %timeit -o f(1)\nb = 1",
    "?np.ones",
    "x = 2\nnp.ones??",
    "%cd /content/it's\nimport os",
    "x = 1\n%load_ext autoreload\n%autoreload 2",
)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if not cell.startswith("%%")])
def test_where_ipython_finds_python_so_do_we(cell):
    transformer = pytest.importorskip("IPython.core.inputtransformer2", reason="needs ipython").TransformerManager()
    try:
        theirs = ast.parse(transformer.transform_cell(cell))
    except SyntaxError:
        pytest.skip("this IPython makes no Python of it")
    assert python(plain_python(cell).tree) == python(theirs)


def python(tree):
    """Statements, without what stands for a magic."""
    told = (ast.unparse(node) for node in tree.body)
    return [text for text in told if "get_ipython" not in text and text != "pass" and not text.endswith("= None")]


TEXTS = st.lists(
    st.sampled_from(["def f(): return 1", "x = 1", "!ls", "%%time", "import os", "'''", "  ", "if x:", "    y = 2", "f?", "é = 'ü'; z = 3", "@f", "# c"]),
    max_size=6,
).map("\n".join)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, max_size=4))
def test_every_line_that_is_kept_stands_where_it_is_said_to(cells):
    try:
        found = program(*cells)
    except NotebookError:
        return
    ast.parse(found.source)
    for (cell, line), text in placed(found):
        original = cells[int(cell) - 1].split("\n")[line - 1]
        assert text in original or text.strip() in ("pass", "")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["cells", "cell_type", "source", "code"]), inner, max_size=3),
    max_leaves=9,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_whatever_is_in_a_file_it_is_a_program_or_a_sentence(value):
    with suppress(NotebookError):
        ast.parse(extracted(json.dumps(value).encode(), "f").source)
