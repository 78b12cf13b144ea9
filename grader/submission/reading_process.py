"""The process that reads submissions; see ``reader.py``. Its parent writes a line of JSON and the files' bytes."""

import json
import signal
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from grader.submission import reader, reading
from grader.submission.files import LINK, kind
from grader.submission.helpers import helpers
from grader.submission.reading import Submission, UnreadableError, submission_from
from grader.submission.which_file import Asked, Candidate, NoFileError, UndecidedError, chosen
from grader.text import plain

LINKS_LISTED = 4


def main() -> int:
    """Answers one submission after another, each with a line of JSON, until its parent closes the pipe."""
    seconds, memory = float(sys.argv[1]), int(sys.argv[2])
    _limit(memory)
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    stdout.write(b"ready\n")
    stdout.flush()
    while head := stdin.readline():
        _clock(seconds)
        try:
            reply = _reply(json.loads(head), stdin)
        except MemoryError:
            return reader.OUT_OF_MEMORY
        except Exception as error:  # a fault of ours
            where = traceback.extract_tb(error.__traceback__)[-1]
            reply = {"fault": f"{type(error).__name__} in {where.name}: {error}"}
        stdout.write(json.dumps(reply).encode("ascii") + b"\n")
        stdout.flush()
        _clock(0)
    return 0


def _limit(memory: int) -> None:
    try:
        import resource  # not on Windows
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _clock(seconds: float) -> None:
    """Has the kernel kill this process after so much processor time, wherever it is; 0 for never."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _reply(head: dict[str, Any], stdin: BinaryIO) -> dict[str, Any]:
    try:
        files = [
            Candidate(tuple(parts), stdin.read(size), modified, refused)
            for parts, size, modified, refused in head["files"]
        ]
        return _read(files, head)
    except UndecidedError as error:
        return {"kind": "which_file", "message": str(error)}
    except (NoFileError, UnreadableError) as error:
        return {"kind": error.kind, "message": str(error)}


def _read(files: list[Candidate], head: dict[str, Any]) -> dict[str, Any]:
    asked = Asked(**head["asked"])
    file, notes = chosen(files, asked, head["found"]) if "found" in head else (files[0], [])
    if file.refused:
        message = f"{file.shown} was not read: {file.refused}; hand in the file itself, called {asked.slug}.py"
        raise UnreadableError("not_read", message)
    # In a class one name for all: a program must not be told whose it is, and the same text gets the same report.
    ending = ".ipynb" if kind(file.name) == "notebook" else ".py"
    name = head.get("name", f"{asked.slug}{ending}")
    found = submission_from(file.data, name=name, starter=asked.starter, entry=asked.entry)
    whole = _with_modules(found, file, files, head.get("folder", ""), notes)
    return {"file": file.parts, "reasons": notes, "submission": whole.fields()}


def _with_modules(
    found: Submission, file: Candidate, files: list[Candidate], folder: str, notes: list[str]
) -> Submission:
    """The submission with the modules beside it that it imports, and with notes."""
    beside = {one.name: one.data for one in files if one.parts[:-1] == file.parts[:-1] and not one.refused}

    links: list[str] = []

    def read(name: str) -> bytes | None:
        data = beside.get(name)
        if data is None and folder:
            path = Path(folder, name)
            if path.is_symlink():
                links.append(f"the module {plain(name, 80)} was not read: {LINK}; put the file itself there")
            else:
                data = reading.read_module(path)
        return data if data is not None and len(data) <= reading.SIZE_CAP else None

    modules = {**helpers(found.source, read), **found.modules}
    return replace(found, modules=modules, notes=(*notes, *found.notes, *links[:LINKS_LISTED]))


if __name__ == "__main__":
    sys.exit(main())
