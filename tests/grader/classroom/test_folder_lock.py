"""One grader at a time in a folder, and who it is."""

import re
import socket
import subprocess
import sys

import pytest

from grader.classroom.folder_lock import NAME, InUseError, holder, locked

HOLDS = """
import sys
from pathlib import Path
from grader.classroom.folder_lock import locked
with locked(Path(sys.argv[1])):
    print("locked", flush=True)
    sys.stdin.read()
"""


def others(folder):
    return subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_another_grader_is_named_by_process_host_and_time(tmp_path):
    with others(tmp_path) as process:
        assert process.stdout.readline() == "locked\n"
        with pytest.raises(InUseError) as caught, locked(tmp_path):
            pass
        told = rf"process {process.pid} on {re.escape(socket.gethostname())} \(since 20\d\d-\d\d-\d\d \d\d:\d\d UTC\)"
        assert re.fullmatch(told, str(caught.value))
        assert holder(tmp_path) == str(caught.value)
    with locked(tmp_path):
        assert (tmp_path / NAME).exists()
        assert holder(tmp_path) == ""  # ourselves
    assert not list(tmp_path.iterdir())


def test_the_note_of_a_killed_grader_names_nobody(tmp_path):
    with others(tmp_path) as process:
        assert process.stdout.readline() == "locked\n"
        process.kill()
    assert (tmp_path / NAME).exists()
    assert holder(tmp_path) == ""
    with locked(tmp_path):
        pass


def test_a_note_that_cannot_be_read_leaves_another_grader(tmp_path):
    with others(tmp_path) as process:
        assert process.stdout.readline() == "locked\n"
        for content in ("", "no second line", "\x1b[2J\nwhen\n"):
            (tmp_path / NAME).write_text(content)
            assert "\x1b" not in holder(tmp_path)
            with pytest.raises(InUseError, match=r"another grader|\\x1b\[2J \(since when\)"), locked(tmp_path):
                pass
        (tmp_path / NAME).unlink()

        note = tmp_path / "other"
        note.write_text("somebody's\nfile\n")
        (tmp_path / NAME).symlink_to(note)
        assert holder(tmp_path) == ""
    with locked(tmp_path):  # nothing is written through a link
        assert note.read_text() == "somebody's\nfile\n"
