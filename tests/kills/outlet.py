"""Outlets on loopback that have something new at every poll, and know what they have shown."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

WINDOW = 40
WORDS = "ранок дорога міста рада школа лікар поїзд громада обласний центр зустріч родина подія свідок місце тиждень"

PAGE = (
    "<html lang='uk'><head><title>Обмін полоненими {token}</title></head><body><h1>Обмін полоненими {token}</h1><article>"
    "<p>Сьогодні відбувся обмін полоненими з Росією. Додому повернулися {count} захисників, повідомив штаб.</p>"
    "<p>{words}.</p><p>Номер повідомлення: {token}</p></article></body></html>"
)


@dataclass(slots=True)
class Outlets:
    """Feeds `/N.rss`; each poll finds new reports as long as `growing`."""

    sources: int
    port: int = 0
    growing: bool = True
    shown: dict[int, list[str]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """User-Agent and path of every request, in order."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def served(self) -> list[str]:
        """Every token that a feed has named so far: the truth to compare a store with."""
        with self.lock:
            return [token for tokens in self.shown.values() for token in tokens]

    def answer(self, path: str, agent: str) -> tuple[int, str, str]:
        with self.lock:
            self.asked.append((agent, path))
            name, _, kind = path.strip("/").partition(".")
            if kind == "rss":
                return 200, "application/rss+xml", self._feed(int(name))
        if path == "/robots.txt":
            return 404, "text/plain", ""
        return 200, "text/html; charset=utf-8", page(name)

    def _feed(self, number: int) -> str:
        tokens = self.shown.setdefault(number, [])
        if self.growing and len(tokens) < WINDOW:
            tokens += [f"t{number}x{len(tokens) + more}" for more in range(2)]
        items = "".join(
            f"<item><title>Обмін полоненими {token}</title><link>http://127.0.0.1:{self.port}/{token}</link></item>"
            for token in tokens
        )
        return f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>"

    def config(self, folder: Path, *, url: str | None = None, contact: str = "a@example.invalid") -> Path:
        """Write the config of a job that reads all of them every second."""
        lines = [
            "version: 1",
            f"contact: {contact}",
            "network: {allow_private: [127.0.0.1]}",
            "defaults: {interval: 1s, delay: 0s}",
            *([f"database: {{url: '{url}'}}"] if url else []),
            "sources:",
            *(
                f"- {{id: s{number}, name: S{number}, country: UA, side: ua, ownership: private, languages: [uk],"
                f" type: feed, url: 'http://127.0.0.1:{self.port}/{number}.rss'}}"
                for number in range(self.sources)
            ),
        ]
        path = folder / "config.yaml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path


def page(token: str) -> str:
    """Return the report of a token: its own words, so that it is no copy of another."""
    chance = random.Random(token)
    words = " ".join(chance.choice(WORDS.split()) for _ in range(60))
    return PAGE.format(token=token, count=chance.randint(20, 400), words=words.capitalize())


@contextmanager
def outlets(sources: int = 5) -> Iterator[Outlets]:
    """Serve outlets on loopback for the time of the block."""
    found = Outlets(sources)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = found.answer(self.path, self.headers.get("User-Agent", ""))
            raw = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            with suppress(ConnectionError):  # the reader was killed
                self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    found.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
