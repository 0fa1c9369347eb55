"""Engines: who solves the batches. In this process, in processes of this machine, or on a Dask cluster.

An engine is given a job and the numbers of batches, and hands back the content of each batch's file as it
comes, in any order. It writes nothing and decides nothing; so a run that is stopped, whatever the engine,
loses at most the batches under way, and another engine may finish it.
"""

from __future__ import annotations

import os
import pickle
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from countervail.errors import OutputError
from countervail.run.batches import Job, run_batch

if TYPE_CHECKING:
    from concurrent.futures import Future

MOST_BREAKS = 5
"""How often worker processes may die before the run gives up; whatever kills them then kills every time."""


class Engine(Protocol):
    """Solves batches."""

    def run(self, job: Job, batches: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Each batch with the content of its file, as they come."""
        ...


@dataclass(frozen=True)
class InProcess:
    """Solves batches one after another, here."""

    def run(self, job: Job, batches: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Each batch with the content of its file, in order."""
        for number in batches:
            yield number, run_batch(job, number)


@dataclass(frozen=True)
class Processes:
    """Solves batches in processes of this machine.

    Arguments:
        workers: how many; as many as there are cores where 0.
    """

    workers: int = 0

    def run(self, job: Job, batches: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Each batch with the content of its file, as they come.

        A process that dies takes the batches under way with it; they are done again, by fresh processes.

        Raises:
            OutputError: CV427 where processes keep dying.
        """
        from concurrent.futures.process import BrokenProcessPool

        left, breaks = list(batches), 0
        while left:
            try:
                for number, content in self._pass(job, left):
                    left.remove(number)
                    yield number, content
            except BrokenProcessPool:
                breaks += 1
                if breaks >= MOST_BREAKS:
                    raise OutputError(
                        "CV427",
                        "The processes that solve the sweep keep dying",
                        found=f"{breaks} deaths, {len(left)} batches left",
                        next_step="Look for a lack of memory; use fewer workers. What is done is kept.",
                    ) from None

    def _pass(self, job: Job, batches: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        import multiprocessing
        from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait

        workers = min(self.workers or os.cpu_count() or 1, len(batches))
        pool = ProcessPoolExecutor(
            workers, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(_packed(job),)
        )
        waiting = iter(batches)
        running: dict[Future[bytes], int] = {}
        try:
            while True:
                # a short queue: what is queued is lost when the run stops, and results take memory
                while len(running) < 2 * workers and (number := next(waiting, None)) is not None:
                    running[pool.submit(_worked, number)] = number
                if not running:
                    return
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield running.pop(future), future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True)
class Cluster:
    """Solves batches on a Dask cluster that is already there.

    Arguments:
        address: of its scheduler, such as "tcp://10.0.0.5:8786", or a `dask.distributed.Client`.
        retries: how often a batch may be tried again where a worker dies with it.

    Raises:
        OutputError: CV427 dask.distributed is not installed, or no scheduler answers.
    """

    address: Any
    retries: int = 5

    def run(self, job: Job, batches: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Each batch with the content of its file, as they come.

        Raises:
            OutputError: CV427 workers keep dying, or the cluster is gone.
        """
        try:
            dask: Any = import_module("dask.distributed")
        except ImportError:
            raise OutputError(
                "CV427",
                "A cluster needs the package dask.distributed",
                next_step="Install countervail[cluster].",
            ) from None
        own = isinstance(self.address, str)
        try:
            client = dask.Client(self.address, timeout=10) if own else self.address
        except (OSError, TimeoutError, ValueError) as problem:
            raise OutputError(
                "CV427",
                "No cluster answers",
                where=str(self.address),
                found=str(problem) or type(problem).__name__,
                next_step="Give the address that `dask scheduler` shows.",
            ) from None
        try:
            # A result of its own, which the scheduler makes anew where the worker that holds it dies.
            shared = client.submit(_unpacked, _packed(job), pure=False, retries=self.retries)
            waiting = iter(batches)
            ready = dask.as_completed()
            running: dict[Any, int] = {}

            def submit() -> None:
                number = next(waiting, None)
                if number is not None:
                    future = client.submit(run_batch, shared, number, pure=False, retries=self.retries)
                    running[future.key] = number
                    ready.add(future)

            for _ in range(2 * max(sum(client.nthreads().values()), 1)):
                submit()
            for future in ready:
                try:
                    content = future.result()
                except Exception as problem:  # what a cluster raises has no common type but its module
                    if type(problem).__module__.startswith(("distributed", "dask", "concurrent", "asyncio")):
                        raise OutputError(
                            "CV427",
                            "The cluster does not finish a batch",
                            where=f"batch {running[future.key]}",
                            found=f"{type(problem).__name__}: {problem}",
                            next_step="Look at the cluster's own log. What is done is kept.",
                        ) from None
                    raise
                yield running.pop(future.key), content
                submit()
        finally:
            if own:
                client.close()


# In worker processes ---------------------------------------------------------------------------------------

_job: list[Job] = []


def _begin(packed: bytes) -> None:
    """Make a process a worker: it leaves Ctrl-C to its parent, and ends when the parent does."""
    import multiprocessing
    import signal
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
    _job[:] = [_unpacked(packed)]


def _worked(number: int) -> bytes:
    return run_batch(_job[0], number)


def _packed(job: Job) -> bytes:
    return zlib.compress(pickle.dumps(job), 1)


def _unpacked(packed: bytes) -> Job:
    job: Job = pickle.loads(zlib.decompress(packed))
    return job
