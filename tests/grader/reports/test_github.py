import re

import pytest
from samples import BARE, FAULT, HOSTILE, MIXED, REFUSED, RIGHT, case, hostile, report

from grader.reports import github, words

# As the runner reads a line: blanks at its start do not matter, and "##[" counts wherever it stands.
COMMAND = re.compile(r"\s*::(?P<name>[a-z-]+)(?: (?P<properties>[^:]*))?::(?P<message>.*)")


def obeyed(text):
    """The commands that GitHub's runner would obey: name, properties, message."""
    stopped, found = "", []
    for line in text.split("\n"):
        if stopped:
            stopped = "" if line.strip() == f"::{stopped}::" else stopped
            continue
        read = COMMAND.fullmatch(line)
        assert read or "##[" not in line
        if read and read["name"] == "stop-commands":
            stopped = read["message"]
        elif read:
            properties = dict(pair.split("=", 1) for pair in (read["properties"] or "").split(",") if pair)
            found.append((read["name"], {k: unescaped(v) for k, v in properties.items()}, unescaped(read["message"])))
    assert not stopped
    return found


def unescaped(text):
    for escaped, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(escaped, character)
    return text


def rendered(given, log="the log", file="work/a,b:c.py"):
    return github.render(given, file=file, log=log, token="5ec2e7")


def test_a_mistake_is_annotated_once_at_its_line():
    shared, raised, ours = obeyed(rendered(MIXED))
    assert shared[0] == "error"
    assert shared[1] == {"file": "work/a,b:c.py", "line": "18", "title": "larger; large"}
    assert "Line 18 is the first whose values are wrong" in shared[2]
    assert raised[:2] == ("error", {"file": "work/a,b:c.py", "title": "raises"})
    assert ours[0] == "warning"


@pytest.mark.parametrize(("given", "kind"), [(RIGHT, "notice"), (REFUSED, "error"), (FAULT, "warning")])
def test_one_sentence_for_all(given, kind):
    ((name, properties, message),) = obeyed(rendered(given))
    assert name == kind
    assert message == (words.error(given) if given.error else "All is right: 2 of 2 cases, 2.5 of 2.5 points.")
    assert properties["title"].startswith("group_norm_nd")


def test_a_report_without_cases():
    assert [name for name, *_ in obeyed(rendered(BARE))] == ["warning"]


def test_no_more_annotations_than_github_shows():
    many = report(*(case(f"case {n}", "wrong", f"wrong in way {n}") for n in range(30)))
    found = obeyed(rendered(many))
    assert len(found) == 10
    assert found[-1][2] == "21 more mistakes: see the log"
    alike = report(*(case(f"case {n}", "wrong", "the same") for n in range(30)))
    assert obeyed(rendered(alike))[0][1]["title"] == "case 0; case 1; case 2; case 3; case 4; 25 more"


def test_programs_give_the_runner_no_commands():
    for text in HOSTILE:
        log = f"it printed:\n{text}\n::stop-commands::y\n  ::error::z"
        found = obeyed(rendered(hostile(text), log=log, file=text))
        assert len(found) == 4, text
        assert all(set(properties) <= {"file", "line", "title"} for _, properties, _ in found), text
