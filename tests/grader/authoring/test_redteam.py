"""The red team's own machinery: each thing it looks for is found when it happens. Its command runs the attacks."""

import ast
import json
import os
import socket
import sys
from collections import Counter

import pytest
from sampled import first_rows

from grader.authoring import redteam
from grader.authoring.redteam import (
    ATTACKS,
    RIGHT,
    SECRET_VARIABLE,
    AttackError,
    Outcome,
    as_line,
    baited,
    read_attack,
    read_attacks,
    run_attack,
)
from grader.cli import main, sandbox
from grader.course.loader import load
from grader.sandbox.bait import planted
from grader.sandbox.base import Limits, nothing_more
from grader.sandbox.fresh import FreshRunner
from grader.sandbox.isolation.processes import descendants
from grader.sandbox.warm import WarmRunner
from grader.submission.program import without_failure

EXERCISE = load("group_norm_1d")
FAMILIES = ("ending", "exhaustion", "files", "forging", "lying", "patching", "payload", "reading", "shirking")
HONEST = EXERCISE.solution
LINUX = sys.platform == "linux"
FRESH = FreshRunner()


class Open:
    """A runner, with something that happens before each attack: what a hole in a wall would let happen."""

    note = ""

    def __init__(self, runner, happens):
        self.runner, self.happens = runner, happens
        self.isolation = runner.isolation

    def run(self, asked, /, follow_up=nothing_more):
        if asked.submission.name == "submission.py":
            self.happens()
        return self.runner.run(asked, follow_up)


def attack(tmp_path, source, header="# tries: x\n# must: y\n"):
    folder = tmp_path / "family"
    folder.mkdir(exist_ok=True)
    path = folder / "what.py"
    path.write_bytes(header.encode() + (source if isinstance(source, bytes) else source.encode()))
    return read_attack(path)


def outcome(tmp_path, source, runner=FRESH, happens=lambda _: None, header="# tries: x\n# must: y\n"):
    before = descendants(os.getpid())  # the runner that this file's tests share is there whichever is used

    def own():
        if isinstance(runner, WarmRunner):
            runner.rest()
        return before

    with baited() as bait:
        opened = Open(runner, lambda: happens(bait))
        return run_attack(attack(tmp_path, source, header), EXERCISE, opened, bait, own=own)


def test_there_are_attacks_of_every_family_and_each_says_what_it_tries():
    attacks = read_attacks(ATTACKS)
    count = Counter(a.family for a in attacks)
    assert set(count) == set(FAMILIES)
    assert count.total() >= 70
    assert min(count.values()) >= 5
    assert all(0 < a.seconds <= 10 for a in attacks)
    assert len({a.tries for a in attacks}) > 0.9 * len(attacks)


def test_placeholders_are_filled():
    with planted("s3cret") as bait:
        for found in read_attacks(ATTACKS):
            assert not any(place in found.content(bait) for place in (b"{{SECRET", b"{{SCRATCH", b"{{TCP", b"{{UDP"))


def test_an_attack_without_its_header_is_refused(tmp_path):
    with pytest.raises(AttackError, match=r'family/what must start with "# tries: ..." and "# must: ..."'):
        attack(tmp_path, "x = 1", header="# tries: something\n")


def test_an_attack_may_say_that_it_is_right_in_one_way_only(tmp_path):
    assert attack(tmp_path, "x = 1", header=f"# tries: x\n# must: y\n# right: {RIGHT}\n").right
    assert not attack(tmp_path, "x = 1").right
    with pytest.raises(AttackError, match="may be right only once the attack is left out"):
        attack(tmp_path, "x = 1", header="# tries: x\n# must: y\n# right: always\n")


def test_what_is_left_of_the_attacks_that_may_be_right_is_one_honest_program():
    attacks = [found for found in read_attacks(ATTACKS) if found.right]
    assert len(attacks) > 100
    left = {}
    for found in attacks:
        source, out = without_failure(found.template.decode(), EXERCISE.spec.entry.name, None) or ("", [])
        assert out, found.name
        left.setdefault(ast.dump(ast.parse(source)), []).append(found.name)
    assert len(left) == 1, min(left.values(), key=len)
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [ast.unparse(node) for node in imports] == ["import jax.numpy as jnp", "from flax import linen as nn"]


def test_hex_is_decoded(tmp_path):
    found = attack(tmp_path, b"ff00", header="# tries: x\n# must: y\n# encoding: hex\n# limit: 2\n")
    assert (found.template, found.seconds) == (b"\xff\x00", 2.0)


@pytest.mark.full
def test_what_is_wrong_and_does_nothing_is_held(tmp_path, unwalled):
    assert outcome(tmp_path, "x = 1", unwalled).gains == ()


@pytest.mark.full
@pytest.mark.parametrize(
    ("source", "says", "gains"),
    [
        ("import os\nos._exit(0)\n" + HONEST, f"# right: {RIGHT}\n", ()),
        ("import os\nos._exit(0)\n" + HONEST, "", ("was called right",)),
        (HONEST, f"# right: {RIGHT}\n", ("was called right",)),  # nothing was left out
        (
            f"raise ValueError(open('{{{{SECRET_FILE}}}}').read())\n{HONEST}",
            f"# right: {RIGHT}\n",
            ("a secret came out of a run",),
        ),
    ],
)
def test_right_is_no_gain_where_the_head_and_the_report_say_so(source, says, gains, tmp_path, unwalled):
    assert outcome(tmp_path, source, unwalled, header=f"# tries: x\n# must: y\n{says}").gains == gains


@pytest.mark.full
@pytest.mark.parametrize(
    ("source", "gains"),
    first_rows([
        (HONEST, ("was called right",)),
        (f"import os\nprint(os.environ.get({SECRET_VARIABLE!r}), open('{{{{SECRET_FILE}}}}').read())", ("a secret is in the report",)),  # noqa: E501
        ("open('{{SCRATCH}}/left', 'w').close()", ("could write files",)),
        ("open('{{SECRET_FILE}}', 'a').write('x')", ("could write files",)),
        ("import socket\nsocket.create_connection(('127.0.0.1', {{TCP_PORT}}))", ("could connect by TCP",)),
        ("import socket\nsocket.socket(2, 2).sendto(b'x', ('127.0.0.1', {{UDP_PORT}}))", ("could send UDP packets",)),
        ("import socket\nsocket.socket(1).connect('{{UNIX_SOCKET}}')", ("could connect to unix sockets",)),
        ("import subprocess\nsubprocess.Popen(['sleep', '30'], start_new_session=True)", ("left processes",)),
        ("import tempfile, os\nopen(os.path.dirname(tempfile.gettempdir()) + '/left', 'w').close()", ("left files",)),
    ]),
)  # fmt: skip
@pytest.mark.skipif(not LINUX, reason="looks into /proc")
def test_every_gain_is_seen(source, gains, tmp_path, unwalled):
    assert outcome(tmp_path, source, FRESH if gains[0].startswith("left ") else unwalled).gains == gains


@pytest.mark.full
def test_an_attack_that_outlives_the_limit_it_was_granted_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(redteam, "SLACK", -7.1)  # of 1.2 times the 6 s that it was granted, all but 0.1
    (gain,) = outcome(tmp_path, "x = 1").gains
    assert gain.startswith("ran for ")


@pytest.mark.full
def test_a_slow_machine_grants_an_attack_more_and_holds_it_to_that(tmp_path, monkeypatch):
    """Were it held to the 0.1 s of its header, it would have outlived them by far."""
    monkeypatch.setattr(redteam, "SLACK", 0.0)
    header = "# tries: x\n# must: y\n# limit: 0.1\n"
    runner = FreshRunner(limits=Limits(factor=1000.0))
    assert outcome(tmp_path, "import time\ntime.sleep(0.5)", runner, header=header).gains == ()


def test_a_fault_of_the_grader_is_a_gain(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert set(outcome(tmp_path, "x = 1").gains) == {
        "brought the grader to fail",
        "the next submission was not_checked",
    }


@pytest.mark.full
def test_what_happens_beside_the_submission_is_seen_too(tmp_path, unwalled):
    def packet(bait):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"x", ("127.0.0.1", bait.targets["udp"]))

    assert outcome(tmp_path, "x = 1", unwalled, packet).gains == ("could send UDP packets",)
    assert SECRET_VARIABLE not in os.environ


def test_an_outcome_is_one_json_line(tmp_path):
    found = attack(tmp_path, HONEST)
    line = as_line(Outcome(attack=found, gains=("was called right",), seconds=1.0, said="right:\nyes"))
    assert json.loads(line)["gains"] == ["was called right"]
    assert "\n" not in line


@pytest.mark.full
def test_the_command_prints_a_scoreboard(tmp_path, capsys, monkeypatch):
    before = descendants(os.getpid())
    monkeypatch.setattr(sandbox, "_own_processes", lambda _: before)
    monkeypatch.setenv("COLUMNS", "200")
    attack(tmp_path, "x = 1")
    (tmp_path / "family" / "right.py").write_text("# tries: being right\n# must: y\n" + HONEST, "utf-8")
    assert main.run(["redteam", "--attacks", str(tmp_path), "--runner", "fresh"]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert "isolation level none; missing: user id, file system" in out
    assert "family     1   2" in out
    assert "GOT THROUGH  family/right: was called right (being right)" in out
    assert main.run(["redteam", "family/what", "--attacks", str(tmp_path), "--runner", "fresh", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["held"] is True


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nothing/like/it"], "no attack in"),
        (["--attacks", "/nowhere"], "no attack in /nowhere has such a name"),
        (["--without", "everything"], "'everything' is not one of"),
    ],
)
def test_misuse(arguments, says, capsys):
    assert main.run(["redteam", *arguments]) == 2
    assert says in capsys.readouterr().err
