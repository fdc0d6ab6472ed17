"""How many crawls run at once: those that take long move aside, so that sources that hang keep no others out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

AT_ONCE = 100
"""Crawls that run at the same time, those that take long not counted; each costs half a megabyte."""

ASIDE = 100
"""How many that take long may run beside them; beyond that they keep their place."""

PATIENCE_SECONDS = 5.0
"""After so long a crawl takes long: most are over by then, one that hangs holds on for a minute."""


class Places:
    """Places for crawls, and as many beside them for those that take long."""

    def __init__(
        self, *, at_once: int = AT_ONCE, aside: int = ASIDE, patience: float = PATIENCE_SECONDS
    ) -> None:
        self._at_once = asyncio.Semaphore(at_once)
        self._aside = asyncio.Semaphore(aside)
        self._patience = patience

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place for the time of the block."""
        await self._at_once.acquire()
        moving = asyncio.create_task(self._move_aside())
        try:
            yield
        finally:
            moving.cancel()
            moved = False
            with suppress(asyncio.CancelledError):
                moved = await moving
            (self._aside if moved else self._at_once).release()

    async def _move_aside(self) -> bool:
        await asyncio.sleep(self._patience)
        await self._aside.acquire()
        self._at_once.release()
        return True
