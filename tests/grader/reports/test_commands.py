"""No student's name, file or text becomes a command to GitHub's runner, in whatever is printed for people."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from samples import batch, grade, hostile, report
from samples import case as case_of
from test_text import obeyed

from grader.classroom.reports import summary, table
from grader.reports import terminal

# Short words, so that wrapped lines begin with each of them.
commands = st.lists(
    st.sampled_from(["::error::a", "##[error]a", "::", "##[", "a", "\n", "\t", "\u2003", ":"]), max_size=30
)
texts = commands.map(" ".join) | commands.map("".join)
widths = st.integers(20, 120)


def console(width):
    return Console(file=io.StringIO(), width=width, highlight=False, color_system=None)


@settings(deadline=None, max_examples=40)
@given(texts, widths)
def test_the_terminal_s_report(text, width):
    assert not obeyed(terminal.render(hostile(text), console(width), command=f"grader check x {text!r}"))


@settings(deadline=None, max_examples=40)
@given(texts, widths)
def test_the_table_and_the_summary_of_a_class(text, width):
    failed = report(case_of(text, "not_checked", text), fault=True)
    whole = batch(
        grade(text, hostile(text), name=text, file=text, sha256="a" * 64),
        grade(f"{text} ", hostile(text), name=text, file=text, sha256="a" * 64),
        grade(f"{text}  ", failed, name=text),
        title=text,
        practice=text,
    )
    assert not obeyed(table.render(whole, console(width)))
    assert not obeyed(summary.render(whole))


@pytest.mark.parametrize("width", [20, 40, 80])
def test_there_would_be_commands_otherwise(width, monkeypatch):
    for module in (terminal, table, summary):
        monkeypatch.setattr(module, "no_command", lambda text: text)
    text = "::error::a ##[error]b"
    whole = batch(grade(text, hostile(text)), title=text)
    assert obeyed(terminal.render(hostile(text), console(width), command=""))
    assert obeyed(table.render(whole, console(width)))
    assert obeyed(summary.render(whole))
