"""An executor whose texts are graded by Dask workers, in chunks: on this machine or on a cluster.

A lost worker costs time and nothing else: Dask gives its chunk to another. A chunk that loses several workers is cut
into single texts, so that only the text at fault ends as "not checked". This process never runs a submission, and it
alone writes the gradebook.
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
from traceback import format_exception
from typing import Any

from grader.classroom.dask_worker import BatchSettings, UnfitError, grade_chunk
from grader.classroom.executor import Graded, Text
from grader.classroom.fault_log import LONGEST
from grader.classroom.grading import not_checked
from grader.course.loader import Loaded
from grader.reports import as_json
from grader.text import plain

MOST = 50  # texts in a chunk
SHARES = 8  # chunks per worker, at least, so that all workers finish at about the same time
AHEAD = 2  # chunks per worker at a time: one being graded, one waiting
LOSSES = 1  # lost workers per chunk before Dask gives up on it, on a cluster of our own
PATIENCE = 20.0  # seconds to wait for the scheduler's answer


class ClusterError(Exception):
    """The cluster cannot be used; the message says why, and what to do."""


def dask_is_here() -> bool:
    """Whether Dask is installed."""
    try:
        return importlib.util.find_spec("distributed") is not None
    except ValueError:  # ``sys.modules`` holds something else under that name
        return False


@contextmanager
def connected(scheduler: str | None, jobs: int) -> Iterator[Any]:
    """A Dask client for a scheduler, or for a cluster on this machine that ends with the client.

    Args:
      scheduler: Address such as ``tcp://10.0.0.1:8786``; None for a cluster of our own, which listens on loopback only.
      jobs: Number of workers of our own cluster.

    Raises:
      ClusterError: If no scheduler answers at the address.
    """
    import distributed  # an extra, and slow to import
    from dask import config

    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)  # our own messages say what matters
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
        stack.callback(_close, client)
        yield client


class DaskExecutor:
    """Sends texts to a cluster in chunks, and takes their verdicts."""

    dies_with_us = False

    def __init__(self, client: Any, exercise: Loaded, settings: BatchSettings, texts: int) -> None:
        """Sends nothing yet.

        Args:
          client: A Dask client.
          exercise: The exercise being graded.
          settings: What the texts have in common.
          texts: How many there are.

        Raises:
          ClusterError: If the cluster has no workers.
        """
        workers = sum(client.nthreads().values())
        if not workers:
            raise ClusterError("the Dask scheduler has no workers; 'dask worker ADDRESS' starts one on each machine")
        self._client, self._exercise = client, exercise
        self._settings = replace(settings, options=replace(settings.options, texts=texts // workers))
        self._size = min(MOST, max(1, texts // (SHARES * workers)))
        self.capacity = AHEAD * workers * self._size
        self._gathered: list[Text] = []
        self._out: dict[Any, Sequence[Text]] = {}
        self._done: SimpleQueue[Any] = SimpleQueue()
        self._ready: deque[tuple[str, Graded]] = deque()

    def submit(self, text: Text) -> None:
        """Takes a text, which is sent when its chunk is full."""
        self._gathered.append(text)
        if len(self._gathered) >= self._size:
            self._send_gathered()

    def result(self) -> tuple[str, Graded]:
        """Waits for the next result.

        Raises:
          ClusterError: If a worker is unfit for this batch, or the scheduler is gone.
        """
        while not self._ready:
            if self._done.empty():
                self._send_gathered()
            self._receive(self._done.get())
        return self._ready.popleft()

    def close(self) -> None:
        """Cancels what is running."""
        with suppress(Exception):  # the scheduler may be gone
            self._client.cancel(list(self._out), force=True)
        self._out.clear()

    def _send_gathered(self) -> None:
        if self._gathered:
            self._send(self._gathered)
            self._gathered = []

    def _send(self, texts: Sequence[Text]) -> None:
        packed = [(t.sha256, t.submission.fields(), t.seed) for t in texts]
        future = self._client.submit(grade_chunk, self._settings, packed, pure=False)
        self._out[future] = texts
        future.add_done_callback(self._done.put)

    def _receive(self, future: Any) -> None:
        """Takes the verdicts of a chunk; if it failed, its texts are sent again one by one."""
        texts = self._out.pop(future)
        if future.status == "finished":
            verdicts = future.result()
            if [sha256 for sha256, *_ in verdicts] != [text.sha256 for text in texts]:
                raise ClusterError("a worker returned verdicts on other texts than it was given; none of them is kept")
            self._ready.extend(
                (sha256, Graded(report=as_json.read(report), faults=tuple(faults)))
                for sha256, report, faults in verdicts
            )
            return
        if future.status != "error":
            raise ClusterError("the Dask scheduler is gone, or has dropped a chunk")
        error = future.exception()
        if isinstance(error, UnfitError):
            raise ClusterError(str(error))
        if len(texts) > 1:
            for text in texts:
                self._send([text])
            return
        self._ready.append((texts[0].sha256, self._failed(texts[0], error)))

    def _failed(self, text: Text, error: BaseException) -> Graded:
        lost = type(error).__name__ == "KilledWorker"
        reason = "every worker that graded it was lost" if lost else f"a worker failed with {type(error).__name__}"
        report = not_checked(self._exercise, reason, seed=text.seed, hidden=self._settings.hidden)
        entry = "\n".join([reason, *format_exception(error)])
        return Graded(report=report, faults=(plain(entry, LONGEST),))


@contextmanager
def _cluster(jobs: int) -> Iterator[Any]:
    """Workers on this machine, one thread each, which listen on loopback only."""
    from distributed import LocalCluster

    with tempfile.TemporaryDirectory(prefix="grader-dask-") as folder:
        options: dict[str, Any] = {"dashboard_address": None, "silence_logs": logging.CRITICAL + 1}
        with _ignoring_interrupts():
            cluster = LocalCluster(
                n_workers=jobs,
                threads_per_worker=1,
                host="127.0.0.1",
                memory_limit=0,  # the watchdog limits each submission
                local_directory=folder,
                **options,
            )
        try:
            yield cluster
        finally:
            _stop(cluster)


@contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    """Processes started within ignore a terminal's Ctrl-C; this process handles it for them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _stop(cluster: Any) -> None:
    """Kills the workers, whatever they are doing: their results are no longer needed."""
    for nanny in list(cluster.workers.values()):
        with suppress(Exception):
            nanny.process.process.kill()
    with suppress(Exception):
        cluster.close(timeout=PATIENCE)


def _close(client: Any) -> None:
    with suppress(Exception):
        client.close(timeout=PATIENCE)
