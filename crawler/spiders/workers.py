"""A pool of killable processes for everything that parses: one bad page costs one page."""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import signal
from collections.abc import Callable
from concurrent.futures import TimeoutError as PoolTimeout
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from crawler.spiders.gate import Stopping

P = ParamSpec("P")
T = TypeVar("T")

TASKS_PER_WORKER = 500
"""A worker is replaced after so many pages, so that whatever a parser leaks stays bounded."""

WORKER_MEMORY = 2 * 1024**3
"""Address space of one worker in bytes; a page that needs more ends its worker, not the machine."""


class WorkerFailed(Exception):
    """A parser ran out of time or memory, crashed its process, or raised."""


class WorkersClosed(Stopping):
    """The workers were told to stop before this was done."""


def _start_worker() -> None:
    """Cap the worker's memory and leave signals to the main process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (WORKER_MEMORY, WORKER_MEMORY))


class Workers:
    """Processes that run pure functions; a job that overruns its time is killed with its process."""

    def __init__(self, *, processes: int = 2) -> None:
        context = multiprocessing.get_context("forkserver")
        # the fork server imports the parsers once; each worker shares those pages
        context.set_forkserver_preload(["crawler.pipeline"])
        self._pool = ProcessPool(
            max_workers=processes,
            max_tasks=TASKS_PER_WORKER,
            initializer=_start_worker,
            context=context,
        )
        self._closed = False

    async def run(self, seconds: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `function` returns.

        Raises:
            WorkerFailed: it overran or crashed its process.
            WorkersClosed: the job is stopping.
        """
        if self._closed:
            raise WorkersClosed
        future = self._pool.schedule(function, args=list(args), kwargs=dict(kwargs), timeout=seconds)
        try:
            result: T = await asyncio.wrap_future(future)
        except (PoolTimeout, ProcessExpired, asyncio.CancelledError) as error:
            if self._closed:
                raise WorkersClosed from error
            if isinstance(error, asyncio.CancelledError):
                raise
            if isinstance(error, ProcessExpired):
                raise WorkerFailed(f"the worker process ended with exit code {error.exitcode}") from error
            raise WorkerFailed(f"took longer than {seconds:g} s") from error
        return result

    def close(self) -> None:
        """Kill what still runs and wait until every process is gone."""
        self._closed = True
        self._pool.stop()
        self._pool.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
