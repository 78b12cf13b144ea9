"""The judge's side of the warm process and of its forks: how each is started, given its work, and ended.

``grader/sandbox/zygote`` is the other side of these sockets.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from grader.sandbox.fresh import environment

ENDS_WITHIN = 15.0  # seconds that a supervisor may take to end everything


class WarmError(Exception):
    """The warm process did not come up, or did not stay."""


class WarmProcess:
    """The warm process and the socket on which it takes orders."""

    def __init__(self, patience: float) -> None:
        """Starts it and waits until it is ready.

        Raises:
          WarmError: if it does not get ready in time.
          OSError: if it cannot be started.
        """
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._errors = os.fdopen(os.memfd_create("errors"), "w+b")
        with theirs:
            self._process = subprocess.Popen(  # our own code, by absolute path, without a shell
                # -P: no folder of the student's on the search path; -s: none of the user's site-packages.
                [sys.executable, "-P", "-s", "-m", "grader.sandbox.zygote", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=(theirs.fileno(),),
                env={**environment("/nonexistent"), "TMPDIR": "/tmp"},  # noqa: S108 - nothing is written there
                cwd="/",
                start_new_session=True,
            )
        self._control.settimeout(patience)
        try:
            said = self.reply()
        except TimeoutError:
            self.close()
            raise WarmError(f"the warm process was not ready after {patience:g} s") from None
        if not said.get("ready"):
            reason = self._last_line()
            self.close()
            raise WarmError(f"the warm process ended before it was ready: {reason}")
        self.unfit = str(said.get("unfit", ""))

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def send(self, order: Mapping[str, Any], descriptors: tuple[int, ...]) -> None:
        """Sends an order, with the descriptors that the fork will use.

        Raises:
          OSError: if the process is gone.
        """
        socket.send_fds(self._control, [json.dumps(order).encode()], descriptors)

    def reply(self) -> dict[str, Any]:
        """What it says next; empty when it is gone."""
        data = self._control.recv(1 << 16)
        return json.loads(data) if data else {}

    def close(self) -> None:
        """Kills it, and waits until it is gone; its forks are ended by their own supervisors."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        self._errors.close()

    def _last_line(self) -> str:
        self._process.wait()
        self._errors.seek(0)
        return "".join(self._errors.read().decode("utf-8", "replace").strip().splitlines()[-1:])


@dataclass
class Fork:
    """A fork, known by what its supervisor says of it. To be closed, after which nothing of it is left."""

    _request: BinaryIO
    _answers: socket.socket
    _output: BinaryIO
    leash: socket.socket
    _files: ExitStack
    pid: int | None = None
    _said: bytes = b""
    _status: int | None = None
    _gone: bool = field(default=False)

    @property
    def answers(self) -> int:
        """Descriptor of its messages."""
        return self._answers.fileno()

    @property
    def output(self) -> int:
        """Descriptor of what it prints."""
        return self._output.fileno()

    def give(self, request: bytes) -> None:
        """Gives it its request, and the byte that tells it to read it.

        Raises:
          OSError: if it is gone.
        """
        self._request.write(request)
        self._request.seek(0)
        self._answers.send(b"\n")

    def close(self) -> None:
        """Ends it, and whatever it has started."""
        try:
            self._end()
        finally:
            self._files.close()

    def poll(self) -> int | None:
        """Its exit status once it is gone.

        Raises:
          WarmError: if its supervisor was killed, which no submission behind the wall can do: what became of it is
            not known.
        """
        self._listen(block=False)
        if self._status is None and self._gone:
            raise WarmError("the process that watched over the submission was killed")
        return self._status

    def pause(self, *, paused: bool) -> None:
        """Stops it, or has it go on; its supervisor does it, which knows that it is still the same process."""
        with suppress(OSError):
            self.leash.sendall(b"p" if paused else b"c")

    def _end(self) -> None:
        """Lets go of the leash, and waits until the supervisor has ended everything and gone."""
        with suppress(OSError):
            self.leash.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + ENDS_WITHIN
        while not self._gone and time.monotonic() < deadline:
            self._listen(block=True)

    def _listen(self, *, block: bool) -> None:
        self.leash.settimeout(ENDS_WITHIN if block else 0)
        with suppress(BlockingIOError, TimeoutError):
            data = self.leash.recv(1 << 12)
            self._gone = self._gone or not data
            *lines, self._said = (self._said + data).split(b"\n")
            for line in lines:
                said = json.loads(line)
                self.pid = said.get("pid", self.pid)
                self._status = said.get("status", self._status)
