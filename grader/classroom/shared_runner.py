"""One runner that all threads share, replaced as soon as it is in doubt."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from grader.sandbox.base import Runner


class SharedRunner:
    """Lends the current runner. A retired one is closed when its last user has returned it."""

    def __init__(self, make: Callable[[], AbstractContextManager[Runner]]) -> None:
        """Makes no runner yet.

        Args:
          make: Makes a runner; entered before its first use, left after its last.
        """
        self._make, self._lock = make, threading.Lock()
        self._current: Runner | None = None
        self._open: dict[int, AbstractContextManager[Runner]] = {}
        self._users: Counter[int] = Counter()

    @contextmanager
    def borrowed(self) -> Iterator[Runner]:
        """The current runner, for one submission."""
        with self._lock:
            runner = self._current
            if runner is None:
                context = self._make()
                runner = self._current = context.__enter__()
                self._open[id(runner)] = context
            self._users[id(runner)] += 1
        try:
            yield runner
        finally:
            with self._lock:
                self._users[id(runner)] -= 1
                self._close_unused()

    def retire(self, runner: Runner) -> None:
        """Replaces a runner: whoever borrows next gets a new one."""
        with self._lock:
            if self._current is runner:
                self._current = None
            self._close_unused()

    def close(self) -> None:
        """Closes every runner, even one in use."""
        with self._lock:
            self._current = None
            self._users.clear()
            self._close_unused()

    def _close_unused(self) -> None:
        for key in [key for key in self._open if not self._users[key] and key != id(self._current)]:
            self._open.pop(key).__exit__(None, None, None)
            del self._users[key]
