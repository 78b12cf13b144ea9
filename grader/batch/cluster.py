"""A desk whose texts are graded by Dask workers, in chunks: on this machine, or on a cluster.

A worker that is lost costs nothing but time: Dask gives its chunk to another. A chunk that loses workers again and
again is cut into single texts, so that only the text that does it ends as not checked. This process never runs a
submission, and alone writes the gradebook.
"""

import importlib.util
import logging
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from queue import SimpleQueue
from typing import Any

from exercises.loader import Loaded
from grader.batch.desk import Text
from grader.batch.grading import unchecked
from grader.batch.remote import Order, UnfitError, grade_chunk
from grader.report import Report
from grader.reports import as_json
from grader.text import plain

MOST = 50  # texts of a chunk
SHARES = 8  # chunks for each worker, at least, so that all end at about the same time
AHEAD = 2  # chunks for each worker at a time: one that is graded, one that waits
LOSSES = 1  # of a worker under one chunk, that Dask bears on a cluster of our own
PATIENCE = 20.0  # seconds in which a scheduler must answer


class ClusterError(Exception):
    """The cluster cannot be used; the message says why, and what to do."""


def dask_is_here() -> bool:
    """Whether the extra is installed."""
    try:
        return importlib.util.find_spec("distributed") is not None
    except ValueError:  # a module of that name that nobody has imported
        return False


@contextmanager
def connected(scheduler: str | None, jobs: int) -> Iterator[Any]:
    """A Dask client: of the scheduler at an address, or of a cluster on this machine, which ends with it.

    Args:
      scheduler: such as ``tcp://10.0.0.1:8786``; None for a cluster of our own, which listens on loopback alone.
      jobs: workers of a cluster of our own.

    Raises:
      ClusterError: if nothing answers at the address.
    """
    import distributed  # noqa: PLC0415 - an extra, and slow to import
    from dask import config  # noqa: PLC0415

    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)  # what matters is said in our own words
    with ExitStack() as stack:
        stack.enter_context(config.set({"distributed.scheduler.allowed-failures": LOSSES}))
        try:
            address = scheduler or stack.enter_context(_cluster(jobs)).scheduler_address
            client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ClusterError(
                f"no Dask scheduler answers at {plain(str(scheduler), 100)} ({plain(type(error).__name__, 60)}); "
                "'dask scheduler' starts one and prints its address"
            ) from None
        stack.callback(_quietly, client)
        yield client


class DaskDesk:
    """Chunks on their way to a cluster and back."""

    falls_with_us = False

    def __init__(self, client: Any, exercise: Loaded, order: Order, texts: int) -> None:  # noqa: ANN401 - an extra's
        """Hands in nothing yet.

        Args:
          client: a Dask client.
          exercise: what was to be solved.
          order: what all texts have in common.
          texts: how many there are.

        Raises:
          ClusterError: if the cluster has no workers.
        """
        workers = sum(client.nthreads().values())
        if not workers:
            raise ClusterError("the Dask scheduler has no workers; 'dask worker ADDRESS' starts one on each machine")
        self._client, self._exercise = client, exercise
        self._order = replace(order, wish=replace(order.wish, texts=texts // workers))
        self._size = min(MOST, max(1, texts // (SHARES * workers)))
        self.places = AHEAD * workers * self._size
        self._gathered: list[Text] = []
        self._out: dict[Any, Sequence[Text]] = {}
        self._done: SimpleQueue[Any] = SimpleQueue()
        self._ready: deque[tuple[str, Report]] = deque()

    def give(self, text: Text) -> None:
        """Hands in a text, which leaves with its chunk."""
        self._gathered.append(text)
        if len(self._gathered) >= self._size:
            self._leave()

    def result(self) -> tuple[str, Report]:
        """The next verdict that is ready.

        Raises:
          ClusterError: if a worker is unfit for this batch, or the scheduler is gone.
        """
        while not self._ready:
            if self._done.empty():
                self._leave()
            self._taken(self._done.get())
        return self._ready.popleft()

    def close(self) -> None:
        """Gives up what is under way."""
        with suppress(Exception):  # a scheduler that is gone has given it up already
            self._client.cancel(list(self._out), force=True)
        self._out.clear()

    def _leave(self) -> None:
        if self._gathered:
            self._send(self._gathered)
            self._gathered = []

    def _send(self, texts: Sequence[Text]) -> None:
        packed = [(t.sha256, t.submission.name, t.submission.source, t.seed) for t in texts]
        future = self._client.submit(grade_chunk, self._order, packed, pure=False)
        self._out[future] = texts
        future.add_done_callback(self._done.put)

    def _taken(self, future: Any) -> None:  # noqa: ANN401 - a Dask future
        """Takes the verdicts of a chunk, or sees to it that its texts get others."""
        texts = self._out.pop(future)
        if future.status == "finished":
            verdicts = future.result()
            if [sha256 for sha256, _ in verdicts] != [text.sha256 for text in texts]:
                raise ClusterError("a worker's verdicts are not on the texts that it was given; nothing of it is kept")
            self._ready.extend((sha256, as_json.read(report)) for sha256, report in verdicts)
            return
        if future.status != "error":
            raise ClusterError("the Dask scheduler is gone, or has dropped what it was given")
        error = future.exception()
        if isinstance(error, UnfitError):
            raise ClusterError(str(error))
        if len(texts) > 1:
            for text in texts:
                self._send([text])
            return
        self._ready.append((texts[0].sha256, self._unchecked(texts[0], error)))

    def _unchecked(self, text: Text, error: BaseException) -> Report:
        lost = type(error).__name__ == "KilledWorker"
        reason = "every worker that graded it was lost" if lost else f"a worker failed with {type(error).__name__}"
        return unchecked(self._exercise, reason, seed=text.seed, hidden=self._order.hidden)


@contextmanager
def _cluster(jobs: int) -> Iterator[Any]:
    """Workers on this machine, one thread each, which listen on loopback alone."""
    from distributed import LocalCluster  # noqa: PLC0415 - see above

    with tempfile.TemporaryDirectory(prefix="grader-dask-") as folder:
        options: dict[str, Any] = {"dashboard_address": None, "silence_logs": logging.CRITICAL + 1}
        with _deaf():
            cluster = LocalCluster(
                n_workers=jobs,
                threads_per_worker=1,
                host="127.0.0.1",
                memory_limit=0,  # the watchdog looks at submissions one by one
                local_directory=folder,
                **options,
            )
        try:
            yield cluster
        finally:
            _ended(cluster)


@contextmanager
def _deaf() -> Iterator[None]:
    """What is started within does not hear a terminal's Ctrl-C, which is for this process to answer."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _ended(cluster: Any) -> None:  # noqa: ANN401 - an extra's
    """Ends the workers at once, whatever they are at: nobody waits for it any more."""
    for nanny in list(cluster.workers.values()):
        with suppress(Exception):
            nanny.process.process.kill()
    with suppress(Exception):
        cluster.close(timeout=PATIENCE)


def _quietly(client: Any) -> None:  # noqa: ANN401 - an extra's
    with suppress(Exception):
        client.close(timeout=PATIENCE)
