import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.text import no_command, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b2J", r"\x9b2J"),
        ("a\rb\x08\x07", r"a\rb\x08\x07"),
        ("abc\u202ecba", r"abc\u202ecba"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("half \ud800", r"half \ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("line\u2028end\x85", r"line\u2028end\x85"),
        ("γβ 群 🙂", "γβ 群 🙂"),
    ],
)
def test_hostile_characters_are_written_out(text, shown):
    assert plain(text, 100) == shown


@given(st.text(st.characters()), st.integers(3, 50))
def test_within_the_limit_and_encodable(text, limit):
    shown = plain(text, limit)
    assert len(shown) <= limit
    shown.encode("utf-8")
    assert plain(shown, limit) == shown


def test_a_cut_is_shown():
    assert plain("x" * 11, 10) == "xxxxxxx..."


def obeyed(output):
    """The lines that GitHub's runner would take for commands, as it looks for them."""
    lines = re.split("\r\n|\r|\n", output)
    return [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


@given(st.text(alphabet=":#[ \t\r\n\u2003\\a"))
def test_no_line_is_a_command(text):
    shown = no_command(text)
    assert not obeyed(shown)
    assert len(shown) == len(text)
    assert no_command(shown) == shown
    assert obeyed(text) or shown == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", "\\:error::x"),
        ("a\n \t ::error::x", "a\n \t \\:error::x"),
        ("a ##[error]x", "a #\\[error]x"),
        ("x[::2] ## [a] #[b] std::sort", "x[::2] ## [a] #[b] std::sort"),
    ],
)
def test_a_command_stays_readable(text, shown):
    assert no_command(text) == shown
