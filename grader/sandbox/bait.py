"""Planted targets that a program in the sandbox must not reach, and what became of them."""

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.loader import COURSE


@dataclass(frozen=True, kw_only=True)
class Bait:
    """What was planted.

    Attributes:
      targets: name -> path, port or process, as the probes and attacks are told.
      folder: where the files lie.
      secret: what the file says.
      listeners: name of a probe -> the socket at which it would arrive.
    """

    targets: dict[str, Any]
    folder: Path
    secret: str
    listeners: dict[str, socket.socket]

    def taken(self) -> set[str]:
        """What has been reached since the last call, as far as the judge can see; files are restored."""
        found = {what for what, listener in self.listeners.items() if _visited(listener)}
        expected = {"file", "program", "socket", "inside"}
        strange = set(os.listdir(self.folder)) ^ expected or os.listdir(self.folder / "inside")
        file = self.folder / "file"
        if strange or not file.is_file() or file.read_text("utf-8", "replace") != self.secret:
            found.add("write files")
            for name in set(os.listdir(self.folder)) - expected:
                _removed(self.folder / name)
            for name in os.listdir(self.folder / "inside"):
                _removed(self.folder / "inside" / name)
            file.write_text(self.secret, "utf-8")
        return found


@contextmanager
def planted(secret: str) -> Iterator[Bait]:
    """Plants targets that any user may reach, so that only the sandbox protects them."""
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="grader-bait-", ignore_cleanup_errors=True))
        )
        inside, file, program, address = (folder / name for name in ("inside", "file", "program", "socket"))
        inside.mkdir()
        for path in (folder, inside):
            path.chmod(0o777)
        file.write_text(secret, "utf-8")
        file.chmod(0o666)
        program.write_bytes(b"\0no program\0")
        program.chmod(0o755)
        listeners = {
            "connect by TCP": _bound(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            "send UDP packets": _bound(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            "connect to unix sockets": _bound(socket.AF_UNIX, socket.SOCK_STREAM, str(address)),
        }
        address.chmod(0o777)
        for listener in listeners.values():
            stack.enter_context(listener)
        targets = {
            "file": str(file),
            "solution": str(COURSE / "group_norm_1d" / "solution.py"),
            "folder": str(inside),
            "program": str(program),
            "tcp": listeners["connect by TCP"].getsockname()[1],
            "udp": listeners["send UDP packets"].getsockname()[1],
            "unix": str(address),
            "pid": os.getpid(),
        }
        yield Bait(targets=targets, folder=folder, secret=secret, listeners=listeners)


def _bound(family: socket.AddressFamily, kind: socket.SocketKind, address: Any) -> socket.socket:
    listener = socket.socket(family, kind)
    listener.bind(address)
    listener.setblocking(False)
    if kind == socket.SOCK_STREAM:
        listener.listen(64)
    return listener


def _visited(listener: socket.socket) -> bool:
    """Whether anything has arrived; empties the socket."""
    visited = False
    while True:
        try:
            if listener.type == socket.SOCK_STREAM:
                listener.accept()[0].close()
            else:
                listener.recv(1 << 16)
        except BlockingIOError:
            return visited
        visited = True


def _removed(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        for inner in path.iterdir():
            _removed(inner)
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
