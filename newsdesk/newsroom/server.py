"""Serves the newsroom on loopback: one port for each outlet, honest validators, a log of what was asked."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from newsdesk.newsroom import listings, pages
from newsdesk.newsroom.stories import Outlet, Story, outlets

SLOW_SECONDS = 0.2
"""How long the slow outlet thinks before each answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server sends."""

    status: int
    kind: str
    body: bytes


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is no news."""


@dataclass(slots=True)
class Newsroom:
    """All outlets, open for the time of a `with` block."""

    outlets: dict[str, str] = field(default_factory=dict)
    """Outlet id to the address of its server."""
    requests: list[tuple[str, str, int]] = field(default_factory=list)
    """Outlet id, path and status of every request, in order."""
    day: int = 1
    _servers: list[ThreadingHTTPServer] = field(default_factory=list)

    @classmethod
    def open(cls) -> Self:
        """Return a newsroom ready to be entered."""
        return cls()

    def __enter__(self) -> Self:
        for outlet in outlets():
            server = _Server(("127.0.0.1", 0), _handler(self, outlet))
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            self._servers.append(server)
            self.outlets[outlet.id] = f"http://127.0.0.1:{server.server_address[1]}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def second_day(self) -> None:
        """Edit one article, withdraw another."""
        self.day = 2

    def answer(self, outlet: Outlet, target: str) -> Answer:
        """Return what an outlet answers to a path with its query."""
        path, _, query = target.partition("?")
        base, stories = self.outlets[outlet.id], outlet.on(self.day)
        if path == "/robots.txt":
            return Answer(200, "text/plain", b"User-agent: *\nDisallow: /search\nDisallow: /live\n")
        if path == listings.list_path(outlet):
            return Answer(200, listings.list_type(outlet), listings.listing(outlet, stories, base, query))
        return _page(outlet, stories, path, base)


def _page(outlet: Outlet, stories: tuple[Story, ...], path: str, base: str) -> Answer:
    for story in stories:
        if path == listings.story_path(story):
            return Answer(
                200, "text/html; charset=utf-8", pages.page(outlet, story, stories[:6], base).encode()
            )
        if story.amp and path == "/amp" + listings.story_path(story):
            return Answer(200, "text/html; charset=utf-8", pages.amp_page(outlet, story, base).encode())
    return Answer(404, "text/html; charset=utf-8", b"<html><title>404</title><body>Not found</body></html>")


def _handler(room: Newsroom, outlet: Outlet) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            if outlet.format == "slow_rss":
                time.sleep(SLOW_SECONDS)
            answer = room.answer(outlet, self.path)
            etag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
            unchanged = answer.status == 200 and self.headers.get("If-None-Match") == etag
            status = 304 if unchanged else answer.status
            room.requests.append((outlet.id, self.path, status))
            self.send_response(status)
            self.send_header("ETag", etag)
            if not unchanged:
                self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", "0" if unchanged else str(len(answer.body)))
            self.end_headers()
            if not unchanged:
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing: `requests` has it."""

    return Handler
