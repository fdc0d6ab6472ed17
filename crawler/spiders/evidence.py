"""What a list said of its leads, kept only where one of them matters: most lists lead to nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from crawler.model import Capture, Lead


class ListEvidence:
    """The lists of one crawl as received; each is archived when the first finding or open lead needs it."""

    def __init__(self, archive: Callable[[Sequence[Capture]], Awaitable[int]]) -> None:
        """`archive` stores exchanges and returns the number of the last."""
        self._archive = archive
        self._received: dict[str, tuple[Capture, ...]] = {}
        self._archived: dict[str, Awaitable[int]] = {}

    def received(self, url: str, captures: tuple[Capture, ...]) -> None:
        """Remember what came for the list at `url`, its redirects included."""
        self._received[url] = captures

    async def of(self, lead: Lead) -> int | None:
        """Return the stored number of the list that named a lead, None where an earlier crawl read it."""
        captures = self._received.pop(lead.seen_in, None)
        if captures:
            self._archived[lead.seen_in] = asyncio.ensure_future(self._archive(captures))
        pending = self._archived.get(lead.seen_in)
        return None if pending is None else await pending
