"""What of a notebook belongs to the program: by Python's scopes, not by names that merely look alike."""

import ast
import random
import symtable

import pytest
from notebooks import notebook

from grader.course.loader import load_all
from grader.findings.base import Spot
from grader.findings.of_case import Lines
from grader.submission.notebook import NotebookError, extracted
from grader.submission.program import without_failure
from grader.submission.reading import LINES_CAP, Submission

HEAD = "import jax.numpy as jnp\n"


def program(*cells, entry="f"):
    return extracted(notebook(*cells), entry).source


@pytest.mark.parametrize(
    ("cells", "source"),
    [
        # A local name and an argument are no global names.
        (["x = np.load('drive.npy')", "def f(x):\n    y = x\n    return y", "y = train(x)"], "def f(x):\n    y = x\n    return y\n"),
        # The last binding before the use counts for what runs at once; for what runs later the last of all.
        (["import torch.nn as nn", "from flax import linen as nn\nclass f(nn.Module): pass"], "from flax import linen as nn\nclass f(nn.Module): pass\n"),
        (["N = 1\nM = N\nN = 2\ndef f(): return M"], "N = 1\nM = N\ndef f(): return M\n"),
        (["N = 1\ndef f(): return N\nN = 2"], "def f(): return N\nN = 2\n"),
        (["N = 1\ndef f(n=N): return n\nN = 2"], "N = 1\ndef f(n=N): return n\n"),
        (["eps = 1\nclass f:\n    eps: float = eps"], "eps = 1\nclass f:\n    eps: float = eps\n"),
        # Methods that are added to a class are part of it.
        (["class f: pass", "def call(self): return 1", "setattr(f, '__call__', call)"], "class f: pass\ndef call(self): return 1\nsetattr(f, '__call__', call)\n"),
        (["class f: pass", "def add_to(c): return lambda g: setattr(c, g.__name__, g)", "@add_to(f)\ndef call(self): return 1"], "class f: pass\ndef add_to(c): return lambda g: setattr(c, g.__name__, g)\n@add_to(f)\ndef call(self): return 1\n"),
        (["class f: pass", "for name in ['a']:\n    setattr(f, name, 1)"], "class f: pass\nfor name in ['a']:\n    setattr(f, name, 1)\n"),
        # Names that are set in roundabout ways.
        (["def setup():\n    global EPS\n    EPS = 1", "setup()\ndef f(): return EPS"], "def setup():\n    global EPS\n    EPS = 1\nsetup()\ndef f(): return EPS\n"),
        (["globals()['EPS'] = 1\ndef f(): return EPS"], "globals()['EPS'] = 1\ndef f(): return EPS\n"),
        (["print(EPS := 1)\ndef f(): return EPS"], "print(EPS := 1)\ndef f(): return EPS\n"),
        (["a = 1\ndef f(): return eval('a + 1')"], "a = 1\ndef f(): return eval('a + 1')\n"),
        # Cells as IPython reads them.
        (["!pip install \\\n    flax\ndef f(): return 1"], "def f(): return 1\n"),
        (["%time N = 1\ndef f(): return N"], "N = 1\ndef f(): return N\n"),
        (["%env N=1\nimport os\ndef f(): return os.environ['N']"], "import os\nos.environ['N'] = '1'\nimport os\ndef f(): return os.environ['N']\n"),
        ([">>> def f():\n...     return 1"], "def f():\n    return 1\n"),
        (["In [1]: def f():\n   ...:     return 1"], "def f():\n    return 1\n"),
        (["    N = 1\n    def f(): return N"], "N = 1\ndef f(): return N\n"),
        (["def f(): return get_ipython()"], "from IPython import get_ipython\ndef f(): return get_ipython()\n"),
    ],
)  # fmt: skip
def test_what_belongs_to_the_program(cells, source):
    assert program(*cells) == source


def test_a_cell_magic_that_nobody_knows_is_left_out_and_said():
    found = extracted(notebook("%%wandb\ndef f(): return 1"), "f")
    assert found.source == "def f(): return 1\n"
    assert found.notes == ("code cell 1: %%wandb is unknown here; the cell counts as Python without it",)


def test_a_cell_that_cannot_be_read_is_named_by_its_first_line():
    found = extracted(notebook("def f(): return 1", "# mine\nx = = 1"), "f")
    assert found.notes == (
        'code cell 2 is left out: Python cannot read it (line 2: invalid syntax); it begins with "# mine"',
    )


def test_a_module_that_a_cell_writes_comes_along():
    found = extracted(notebook("%%writefile mine.py\ndef f(): return 1\n", "from mine import f"), "f")
    assert found.source == "from mine import f\n"
    assert found.modules == {"mine": "def f(): return 1\n"}


@pytest.mark.parametrize(
    ("source", "line", "left", "out"),
    [
        ("import plt\ndef f(): return 1\nplt.show()\n", 1, "\ndef f(): return 1\n\n", [1, 3]),
        ("from a import n\nimport b as n\ndef f(): return n\n", 2, "from a import n\n\ndef f(): return n\n", [2]),
        ("import n\ndef f(): return n\n", 1, None, None),  # nothing else gives n a value
        ("def f(): return 1\n", None, None, None),
        ("x = 1; import plt\ndef f(): return x\n", 1, "x = 1\ndef f(): return x\n", [1]),
    ],
)
def test_what_failed_is_left_out_where_the_entry_does_without_it(source, line, left, out):
    assert without_failure(source, "f", line) == (None if left is None else (left, out))


def test_a_submission_says_which_lines_it_left_out_and_at_which_it_failed():
    source = "import plt\nimport jax\nplt.a()\nplt.b()\ndef f(): return jax\n"
    at = (("1", 1), ("1", 2), ("1", 3), ("2", 1), ("2", 2))
    less = Submission(name="a.ipynb", source=source, places=at).without_failure("f", 3, "blocked")
    assert less is not None
    assert less.source == "\nimport jax\n\n\ndef f(): return jax\n"
    (found,) = less.left_out
    assert (found.why, found.entry, found.failed) == ("blocked", "f", Spot(line=3, cell="1", text="plt.a()"))
    assert found.lines == (
        Lines(cell="1", first=1, last=1),
        Lines(cell="1", first=3, last=3),
        Lines(cell="2", first=1, last=1),
    )
    assert not found.more
    assert less.without_failure("f", None, "time") is None


def test_of_what_is_left_out_in_many_places_the_first_are_told():
    source = "def f(): return 1\n" + "import plt\n\n" * (LINES_CAP + 1)
    less = Submission(name="a.py", source=source).without_failure("f", None, "time")
    assert less is not None
    assert (len(less.left_out[0].lines), less.left_out[0].more) == (LINES_CAP, True)


@pytest.mark.parametrize(
    "cells",
    [
        ["v0 = 1\n" + "".join(f"v{i} = v{i - 1}\n" for i in range(1, 6_000))],
        ["a = 1\n" + "if a: a = 1\n" * 4_900 + "def f(): return a"],
    ],
)
def test_a_notebook_that_takes_too_long_to_follow_is_refused_with_a_sentence(cells):
    with pytest.raises(NotebookError, match=r"delete what does not belong|write the program in one cell"):
        extracted(notebook(*cells), "f")


# Cells that stand around a program, of a kind that people have: each binds the name NAME.
BESIDE = (
    "NAME = undefined_thing + 1",
    "import torch\nNAME = torch.ones(3)",
    "for NAME in range(10**9):\n    pass",
    "NAME = nn.GroupNorm(2).init_with_output(key, x)[0]",
    "with open('/content/drive/features.npy') as NAME:\n    data = NAME.read()",
    "NAME = !ls",
    "import matplotlib.pyplot as NAME\nNAME.plot([1])\nNAME.show()",
    "def plot(NAME):\n    return NAME\nplot(3)",
    "NAME, other = df.mean(), df.var()",
    "try:\n    NAME = requests.get('http://example.org')\nexcept ValueError:\n    NAME = None",
    "%%time\nNAME = train(model)",
    "assert (NAME := 3) == 4",
)


def local_names(source):
    """Names that the functions and classes of a program bind, and that are no global names of it."""
    top = symtable.symtable(source, "program", "exec")
    used = {s.get_name() for s in top.get_symbols()}
    found, waiting = set(), list(top.get_children())
    while waiting:
        table = waiting.pop()
        found |= {s.get_name() for s in table.get_symbols() if s.is_local() or s.is_parameter()}
        used |= {s.get_name() for s in table.get_symbols() if s.is_global()}
        waiting += table.get_children()
    return sorted(found - used)


@pytest.mark.parametrize("notebooks", [5, pytest.param(70, marks=pytest.mark.full)])
@pytest.mark.parametrize("exercise", load_all(), ids=lambda e: e.slug)
def test_what_binds_a_local_name_of_a_right_program_is_no_part_of_it(exercise, notebooks):
    rng = random.Random(exercise.slug)
    programs = [exercise.solution, *(v.source for v in exercise.spec.right_variants)]
    for _ in range(notebooks):
        source, entry = rng.choice(programs), exercise.spec.entry.name
        names = local_names(source) or ["x"]
        around = [rng.choice(BESIDE).replace("NAME", rng.choice(names)) for _ in range(rng.randrange(1, 6))]
        at = rng.randrange(len(around) + 1)
        alone = extracted(notebook(source), entry).source
        found = extracted(notebook(*around[:at], source, *around[at:]), entry).source
        assert ast.dump(ast.parse(found)) == ast.dump(ast.parse(alone)), around


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("from hints import A\nimport jax\ndef f(x: A['c']) -> A: return x\n", True),
        ("import hints\nimport jax\nclass f(C):\n    n: hints.N = 1\n    def __call__(self, x: hints.A): return self.n\n", True),
        ("from hints import A\ndef f(x): return A(x)\n", False),
        ("from hints import A\ndef f(x=A): return x\n", False),
    ],
)  # fmt: skip
def test_an_import_that_only_type_hints_use_is_not_needed(source, kept):
    found = without_failure(source, "f", 1)
    assert (found is not None) == kept
    if found:
        text, out = found
        assert out[0] == 1
        assert text.count("\n") == source.count("\n")
        assert "hints" not in text.split("\n")[0]
        compile(text, "f.py", "exec")


def test_what_stands_below_its_use_is_said():
    found = extracted(notebook("class f(Base): pass", "x = 1", "class Base: pass\nx = 2"), "f")
    assert found.notes == ("Base gets its value in code cell 3, below the cell that needs it; move that cell up",)
    assert extracted(notebook("def f(): return N", "N = 1"), "f").notes == ()
    assert extracted(notebook("class f:\n    x = 1\n    y = x", "x = 2"), "f").notes == ()


def test_a_magic_is_left_out_even_if_all_else_is_needed():
    assert without_failure("!pip install flax\ndef f(): pass\n", "f", 1) == ("\ndef f(): pass\n", [1])
