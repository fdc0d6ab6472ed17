"""A web server on loopback that answers exactly what a test says, byte for byte."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

Play = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""What a server does after a request instead of answering it properly."""


def http(
    body: bytes | str = b"", *, status: str = "200 OK", kind: str = "text/html; charset=utf-8", **headers: str
) -> bytes:
    """Return a whole answer."""
    raw = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(raw)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + raw


@dataclass(slots=True)
class Asked:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    at: float


@dataclass(slots=True)
class Site:
    """Answers by path; a missing path is 404, robots.txt too."""

    host: str = "127.0.0.1"
    port: int = 0
    answers: dict[str, bytes] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    hang: set[str] = field(default_factory=set)
    """Paths whose answer is sent and never ended."""
    play: dict[str, Play] = field(default_factory=dict)
    """Paths that are no whole answers but a play of bytes and pauses."""
    tls: ssl.SSLContext | None = None
    server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http{'s' if self.tls else ''}://{self.host}:{self.port}"

    def paths(self) -> list[str]:
        return [one.path for one in self.asked]

    async def open(self) -> None:
        self.server = await asyncio.start_server(self.serve, self.host, 0, ssl=self.tls)
        self.port = self.server.sockets[0].getsockname()[1]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").strip().split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines)
            path = first.split(" ")[1]
            self.asked.append(Asked(path, headers, time.monotonic()))
            if path in self.play:
                await self.play[path](writer)
                return
            answer = self.answers.get(path, http("not here", status="404 Not Found"))
            if headers.get("If-None-Match") and b"ETag: " + headers["If-None-Match"].encode() in answer:
                answer = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n"
            writer.write(answer)
            await writer.drain()
            if path in self.hang:
                await reader.read()  # until the client gives up
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def feed(site: Site, *paths: str, title: str = "Обмін полоненими відбувся") -> bytes:
    """Return an RSS feed of these paths as an answer with an ETag."""
    items = "".join(
        f"<item><title>{title}</title><link>{path if '://' in path else site.url + path}</link></item>"
        for path in paths
    )
    return http(
        f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>',
        kind="application/rss+xml",
        ETag='"1"',
    )


def drip(data: bytes, *, pause: float = 0.05, first: int = 0) -> Play:
    """Send `first` bytes at once and the others one by one."""

    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(data[:first])
        for place in range(first, len(data)):
            writer.write(data[place : place + 1])
            await writer.drain()
            await asyncio.sleep(pause)

    return play


def reset(data: bytes) -> Play:
    """Send some bytes, then break the connection off as a crashed machine does."""

    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        await asyncio.sleep(0.05)
        sock: socket.socket = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return play


def endless(head: bytes, piece: bytes, sent: list[int] | None = None) -> Play:
    """Send a head, then the same piece until the client has enough; `sent` counts the bytes."""

    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        with suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(piece)
                await writer.drain()
                if sent is not None:
                    sent.append(len(piece))

    return play


def silence() -> Play:
    """Take the request and say nothing until the client goes."""

    async def play(writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():  # noqa: ASYNC110 - the transport tells nobody
            await asyncio.sleep(0.02)

    return play


PAGE = http(
    "<html lang='uk'><head><title>Обмін полоненими</title></head><body><h1>Обмін полоненими</h1><article>"
    "<p>Сьогодні відбувся обмін полоненими з Росією. Додому повернулися 205 захисників, повідомив Координаційний штаб.</p>"
    "<p>Серед звільнених є цивільні. Усім надають допомогу лікарі та психологи у шпиталі на півночі країни.</p></article></body></html>"
)
"""A page with a report."""
