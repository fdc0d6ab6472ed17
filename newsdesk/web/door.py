"""The server under the pages: how many it lets in, and how long it waits for those who neither ask nor listen."""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 800
"""Connections at once: below the thousand files that a process may have open."""

PATIENCE = 10.0
"""Seconds in which a request must have come whole, and in which some of an answer must have been taken."""

LOOK_EVERY = 2.5

LONGEST_HEAD = 32 * 1024
"""Bytes of a request's head."""


class Patient(H11Protocol):
    """A connection that is closed when nothing moves on it: slow clients hold no place for long."""

    _look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to look at the connection from time to time."""
        super().connection_made(transport)
        self._moved, self._left = self.loop.time(), 0
        self._look = self.loop.call_later(LOOK_EVERY, self._looked)

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def _looked(self) -> None:
        answering = self.cycle is not None and not self.cycle.response_complete
        left = self.transport.get_write_buffer_size()
        if answering and (left == 0 or left != self._left):
            self._moved = self.loop.time()
        self._left = left
        if self.loop.time() - self._moved > PATIENCE:
            self.transport.abort()
        else:
            self._look = self.loop.call_later(LOOK_EVERY, self._looked)


def server(app: ASGIApp, **settings: Any) -> uvicorn.Server:
    """Return the server of the pages, ready to run."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            http=Patient,
            ws="none",
            lifespan="off",
            limit_concurrency=MOST_CONNECTIONS,
            h11_max_incomplete_event_size=LONGEST_HEAD,
            timeout_graceful_shutdown=5,
            **settings,
        )
    )
