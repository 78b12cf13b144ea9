"""What the kernel says about processes, from /proc. A host without /proc says nothing."""

import os
from pathlib import Path
from typing import NamedTuple

_PAGE = os.sysconf("SC_PAGE_SIZE")


class Status(NamedTuple):
    """A process: its parent, how many threads it has, and its resident memory in bytes."""

    parent: int
    threads: int
    resident: int


def status(pid: int) -> Status | None:
    """What /proc/PID/stat says; nothing of a process that is gone."""
    try:
        # The program's name stands before these fields, in parentheses, and may hold anything.
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return Status(parent=int(fields[1]), threads=int(fields[17]), resident=int(fields[21]) * _PAGE)
    except (OSError, IndexError, ValueError):
        return None


def children(pid: int) -> list[int]:
    """The processes that a process with one thread has started, or has adopted."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    except OSError:  # a kernel without that file
        return [child for child, parent in _parents().items() if parent == pid]


def descendants(pid: int) -> set[int]:
    """Every process below this one."""
    parents, found = _parents(), {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def _parents() -> dict[int, int]:
    pids = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
    return {pid: found.parent for pid in pids if (found := status(pid))}
