"""Every bad input gets a sentence that a beginner understands, the right exit code, and no traceback of ours."""

import os
from contextlib import nullcontext

import pytest

from grader.cli.main import run
from grader.course.loader import load
from grader.sandbox import choice

EXERCISE = load("group_norm_1d")
HEAD = "import jax, jax.numpy as jnp\nfrom flax import linen as nn\n"
MODULE = (
    HEAD
    + """
class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5
    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape[-1:])
        beta = self.param("beta", nn.initializers.zeros, x.shape[-1:])
        {body}
"""
)
RIGHT_BODY = """g = x.reshape(self.num_groups, -1)
        n = (g - g.mean(-1, keepdims=True)) / jnp.sqrt(g.var(-1, keepdims=True) + self.eps)
        return gamma * n.reshape(x.shape) + beta"""


def with_body(body):
    return MODULE.format(body=body)


def with_answer(expression):
    return with_body(RIGHT_BODY.replace("return ", "y = ") + f"\n        return {expression}")


# name -> (content, what the report says)
CONTENT = {
    "empty": ("", "the file is empty; 'grader start' gives you a starter"),
    "blank": (" \n\t\n", "the file is empty"),
    "not UTF-8": (b"# caf\xe9\nimport jax\n", "line 1 is not UTF-8 text; save the file in UTF-8 encoding"),
    "latin-1": ("import jax  # é\n".encode("latin-1"), "is not UTF-8 text"),
    "null bytes": (b"import jax\nx = 1\0\n", "the file has a null byte in line 2; it is not a text file"),
    "3 MB on one line": (
        b"x = '" + b"a" * 3_000_000 + b"'",
        "the file is larger than 1 MiB; a solution has about 30 lines",
    ),
    "900 kB on one line": (b"x = '" + b"a" * 900_000 + b"'", "the file defines no MyGroupNorm, nor any other"),
    "syntax error": (
        HEAD + "\nclass MyGroupNorm(nn.Module:\n    pass\n",
        "Python cannot read the file: invalid syntax\nline 4: class MyGroupNorm(nn.Module:",
    ),
    "tabs and spaces": (
        HEAD + "if 1:\n        x = 1\n\ty = 2\n",
        "Python cannot read the file: inconsistent use of tabs",
    ),
    "nesting too deep": ("x = " + "(" * 5000 + ")" * 5000, "Python cannot read the file"),
    "no entry": (HEAD + "x = 1\n", "the file defines no MyGroupNorm, nor any other class or function"),
    "another name": (HEAD + "class GroupNorm(nn.Module):\n    pass\n", "is it GroupNorm? Then rename it"),
    "a function": ("def MyGroupNorm(x):\n    return x\n", "derives from flax.linen.Module; here it is a function"),
    "an array": ("import numpy\nMyGroupNorm = numpy.ones(3)\n", "here it is an object of type ndarray"),
    "a plain class": ("class MyGroupNorm:\n    pass\n", "here it is a class of another kind"),
    "an NNX module": (
        "from flax import nnx\nclass MyGroupNorm(nnx.Module):\n    pass\n",
        "here it is a Flax NNX module",
    ),
    "starter, edited": (
        with_body("raise NotImplementedError('TODO')"),
        "not written yet: it raises NotImplementedError",
    ),
    "missing package": ("import jaxx\n", "an import failed: No module named 'jaxx'"),
    "missing name": ("from flax import lenin\n", "an import failed: cannot import name 'lenin'"),
    "raises at import": (HEAD + "print('hello')\n1 / 0\n", "raised ZeroDivisionError: division by zero"),
    "sys.exit(0) at import": ("import sys\nsys.exit(0)\n", "the program ended itself with sys.exit or exit()"),
    "os._exit(0) at import": ("import os\nos._exit(0)\n", "ended by itself while it was imported (exit status 0)"),
    "killed at import": ("import os\nos.kill(os.getpid(), 9)\n", "killed by signal SIGKILL while it was imported"),
    "aborts": ("import os\nos.abort()\n", "killed by signal SIGABRT while it was imported"),
    "endless loop at import": ("while True: pass\n", "out of time: stopped after 1 s while it was imported"),
    "endless loop of prints at import": (
        "while True: print('x' * 999)\n",
        "out of time: stopped after 1 s while it was imported",
    ),
    "KeyboardInterrupt": ("raise KeyboardInterrupt\n", "raised KeyboardInterrupt"),
    "raises": (with_body("raise ValueError('my own words')"), "raised ValueError: my own words\n"),
    "raises silently": (
        with_body("raise ValueError"),
        "raised ValueError, without a message\nline 11, in __call__: raise ValueError\n",
    ),
    "asks for input": (with_body("input()"), "input() has nobody to ask here"),
    "wrong call": (with_body("return jnp.mean(x, axes=-1)"), "got an unexpected keyword argument 'axes'"),
    "no such attribute": (with_body("return self.groups"), '"MyGroupNorm" object has no attribute "groups"'),
    "no eps field": (
        HEAD + "class MyGroupNorm(nn.Module):\n    num_groups: int\n",
        "MyGroupNorm must take num_groups and eps: ",
    ),
    "not compact": (with_body("return x").replace("    @nn.compact\n", ""), "must be initialized in `setup()`"),
    "returns None": (with_body("pass"), "the output must be an array; yours is None"),
    "returns a list": (
        with_answer("[float(v) for v in y]"),
        "the output must be an array; yours is an object of type list",
    ),
    "returns a string": (with_answer("str(y)"), "the output must be an array; yours is an object of type str"),
    "returns a number": (with_answer("1.0"), "the output must be an array; yours is an object of type float"),
    "returns objects": (
        with_answer("__import__('numpy').array([object()] * 6)"),
        "the output must be of a floating-point dtype; yours is object",
    ),
    "wrong shape": (with_answer("y[:-1]"), "the output must have the same shape as x, (6,); yours has shape (5,)"),
    "0-d": (with_answer("y.sum()"), "the output must have the same shape as x, (6,); yours has shape ()"),
    "NaN": (with_answer("y * jnp.nan"), "expected -1.225, got nan at [0]; allowed"),
    "infinite": (with_answer("y / 0"), "expected -1.225, got -inf at [0]; allowed"),
    "one NaN": (with_answer("y.at[3].set(jnp.nan)"), "got nan at [3]; allowed"),
    "complex": (with_answer("y + 0j"), "x is float32: the output must be float32; yours is complex64"),
    "half precision": (
        with_answer("y.astype(jnp.float16)"),
        "x is float32: the output must be float32; yours is float16",
    ),
    "integers": (with_answer("y.astype(int)"), "the output must be float32; yours is int32"),
    "a huge array": (with_answer("jnp.zeros((9000, 9000), jnp.int8)"), "returned int8[9000, 9000], far larger than"),
    "sys.exit(0) in the call": (with_body("import sys; sys.exit(0)"), "the program ended itself with sys.exit"),
    "os._exit(0) in the call": (with_body("import os; os._exit(0)"), "ended by itself in this case (exit status 0)"),
    "endless loop in the call": (with_body("while True: pass"), "out of time: stopped after 1 s in this case"),
    "endless loop of prints in the call": (
        with_body("while True: print(x)"),
        "out of time: stopped after 1 s in this case",
    ),
    "a parameter that is no array": (
        with_body("self.param('delta', lambda key: 1.0)"),
        "the parameter delta must be an array; yours is an object of type float",
    ),
    "too many parameters": (
        with_body("[self.param(f'p{i}', lambda key: gamma) for i in range(50)]\n        return x"),
        "the module makes 52 parameters; the statement lists the parameters it must create",
    ),
    "breaks os.write": (with_body("import os; os.write = None\n        return x"), "changed parts of Python itself"),
    "breaks json": (with_body("import json; json.dumps = None\n        return x"), "changed parts of Python itself"),
    "prints, then loops": (with_body("print('so far'); [0 for _ in iter(int, 1)]"), "it printed:\nso far\n"),
    "hostile line": (
        HEAD + "raise ValueError(1)  # \x1b[2J \u202e\n",
        r"line 3: raise ValueError(1)  # \x1b[2J \u202e",
    ),
    "recursion without end": (with_body("f = lambda x: f(x)\n        return f(x)"), "raised RecursionError"),
    "message that raises": (
        with_body("raise type('E', (Exception,), {'__str__': lambda s: 1 / 0})"),
        "raised E: (its message cannot be read)",
    ),
}


@pytest.fixture
def grade(capsys, monkeypatch, unwalled):
    """The command, without the sandbox's layers: they would stop some of these inputs before anything goes wrong."""

    def graded(path, *options):
        limit = []
        if "loop" in path.name:  # in a process of its own, which the command starts
            limit = ["--runner", "fresh", "--time-limit", "1"]
        else:
            monkeypatch.setattr(choice, "runner", lambda *_: nullcontext(unwalled))
        code = run(["check", "group_norm_1d", str(path), *limit, *options])
        out, err = capsys.readouterr()
        return code, out, err

    return graded


@pytest.mark.full
@pytest.mark.parametrize("name", CONTENT)
def test_content_that_cannot_pass(name, tmp_path, grade, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")  # no wrapping: sentences can be looked for
    content, sentence = CONTENT[name]
    path = tmp_path / f"{name.replace(' ', '_').replace('/', '_')}.py"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    code, out, err = grade(path)
    text = "\n".join(line.strip() for line in out.splitlines()) + "\n"
    assert (code, err) == (1, "")
    assert sentence in text
    assert "Traceback" not in text
    assert "worker.py" not in text


@pytest.mark.full
def test_the_frame_of_template_is_right_otherwise(tmp_path, grade):
    (tmp_path / "ok.py").write_text(
        with_body("if x.shape[-1] % self.num_groups: raise ValueError\n        " + RIGHT_BODY), "utf-8"
    )
    assert grade(tmp_path / "ok.py")[0] == 0


@pytest.mark.full
def test_their_traceback_is_cut_to_their_own_lines(tmp_path, grade, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    source = with_body("return helper(x)") + "\n\ndef helper(x):\n    return x.reshape(7, 7)\n"
    (tmp_path / "frames.py").write_text(source, "utf-8")
    _, out, _ = grade(tmp_path / "frames.py")
    assert "line 11, in __call__: return helper(x)" in out
    assert "line 15, in helper: return x.reshape(7, 7)" in out
    assert "site-packages" not in out


def test_the_starter_as_it_was(tmp_path, grade, capsys):
    assert run(["start", "group_norm_1d", str(tmp_path)]) == 0
    capsys.readouterr()
    code, out, _ = grade(tmp_path / "group_norm_1d.py")
    assert code == 1
    assert "this is the unchanged starter" in out


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("nowhere.py", "nowhere.py cannot be read: No such file or directory"),
        (".", "is a folder; name the .py file or notebook to grade"),
        ("pipe", "is not a regular file"),
        ("link.py", "was not read: it is a link, and no link is followed: it could lead to somebody else's file"),
        ("a\0b", "cannot be read: not a valid path"),
        ("x" * 5000, "cannot be read: File name too long"),
    ],
)
@pytest.mark.parametrize("json", [False, True])
def test_what_is_no_file_is_misuse(path, reason, json, tmp_path, grade):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link.py").symlink_to(__file__)
    code, out, err = grade(tmp_path / path, *["--format=json"] * json)
    assert code == 2
    assert reason in (out if json else err)


@pytest.mark.parametrize("command", ["check", "explain", "watch"])
def test_no_command_follows_a_link(command, tmp_path, monkeypatch, capsys, unwalled):
    monkeypatch.setattr(choice, "runner", lambda *_: nullcontext(unwalled))
    (tmp_path / "link.py").symlink_to(__file__)
    assert run([command, "group_norm_1d", str(tmp_path / "link.py")]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "no link is followed" in told
    assert "name the file itself" in told


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["check", "nope", "x.py"], "no exercise is called 'nope'; there are: group_norm_1d, "),
        (["check", "group_norm_1d"], "Missing argument 'FILE'"),
        (["check", "group_norm_1d", "x.py", "--seed", "-1"], "-1 is not in the range"),
        (["check", "group_norm_1d", "x.py", "--seed", "2147483648"], "is not in the range"),
        (["check", "group_norm_1d", "x.py", "--seed", "1.5"], "'1.5' is not a valid integer"),
        (["check", "group_norm_1d", "x.py", "--runner", "none"], "'none' is not"),
        (["check", "group_norm_1d", "x.py", "--time-limit", "0"], "is not in the range"),
        (["check", "group_norm_1d", "x.py", "--time-limit", "nan"], "must be a number of seconds; got nan"),
        (["show", "nope"], "no exercise is called 'nope'"),
        (["hint", "group_norm_1d", "9"], "group_norm_1d has hints 1 to 5; there is no hint 9"),
        (["hint", "group_norm_1d", "0"], "there is no hint 0"),
        (["frobnicate"], "No such command 'frobnicate'"),
        (["author", "check", "nope"], "no exercise is called 'nope'"),
    ],
)
def test_misuse(arguments, reason, capsys):
    assert run(arguments) == 2
    assert reason in capsys.readouterr().err
