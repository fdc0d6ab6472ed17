"""A farm of outlets on loopback, each with an address of its own, in a process of its own."""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

ITEMS = 10
WORDS = [
    "ранок",
    "дорога",
    "міста",
    "рада",
    "школа",
    "лікар",
    "поїзд",
    "громада",
    "обласний",
    "центр",
    "зустріч",
    "родина",
    "подія",
    "свідок",
    "місце",
    "тиждень",
]
PAGE_BYTES = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Farm:
    """Outlets 0 to N-1; what each is like is a word of `kinds`, good ones where it ends."""

    port: int
    kinds: tuple[str, ...]

    def host(self, number: int) -> str:
        return f"127.0.{1 + number // 200}.{1 + number % 200}"

    def url(self, number: int) -> str:
        """Return the address of an outlet's feed; a dead one is where nobody listens."""
        port = 9 if self.kinds[number] == "dead" else self.port
        return f"http://{self.host(number)}:{port}/{number}.rss"

    def config(self, *, interval: str, delay: str = "1s") -> str:
        """Return a config of all outlets."""
        lines = [
            "version: 1",
            "contact: load@example.invalid",
            "network: {allow_private: [127.0.0.0/8]}",
            f"defaults: {{interval: {interval}, delay: {delay}}}",
            "sources:",
        ]
        lines += [
            f"- {{id: s{number}, name: S{number}, country: UA, side: ua, ownership: private, languages: [uk],"
            f" type: feed, url: '{self.url(number)}'}}"
            for number in range(len(self.kinds))
        ]
        return "\n".join(lines) + "\n"


def page(token: str) -> bytes:
    """Return a page of 3 KB; one in ten is a report of an exchange."""
    chance = random.Random(token)
    report = chance.random() < 0.1
    title = "Обмін полоненими" if report else "Новини громади"
    lead = (
        f"Сьогодні відбувся обмін полоненими з Росією. Додому повернулися {chance.randint(20, 300)} захисників."
        if report
        else ""
    )
    parts: list[str] = []
    while sum(map(len, parts)) * 2 < PAGE_BYTES - 600:
        parts.append(f"<p>{' '.join(chance.choice(WORDS) for _ in range(30)).capitalize()}.</p>")
    body = f"<html lang='uk'><head><title>{title} {token}</title></head><body><h1>{title} {token}</h1><article><p>{lead}</p>{''.join(parts)}</article></body></html>"
    return body.encode()


def feed(farm_host: str, number: int, items: int = ITEMS) -> bytes:
    """Return an outlet's feed."""
    listed = "".join(
        f"<item><title>Новина {number}x{item}</title><link>http://{farm_host}/{number}x{item}</link></item>"
        for item in range(items)
    )
    return f"<rss version='2.0'><channel><title>t</title>{listed}</channel></rss>".encode()


def worst(path: str) -> tuple[str, bytes]:
    """Return the heaviest pages and feeds that are let in: kind and body."""
    name = path.strip("/")
    if name == "many.rss":
        return "application/rss+xml", feed("127.0.1.1", 0, items=100_000)
    if name == "long.rss":
        text = "слово " * 1_200_000
        return (
            "application/rss+xml",
            f"<rss version='2.0'><channel><item><title>Обмін</title><link>http://127.0.1.1/x</link><description>{text}</description></item></channel></rss>".encode(),
        )
    if name == "paragraphs":
        return "text/html", (
            "<html><body><article>"
            + "<p>Обмін полоненими відбувся сьогодні на кордоні.</p>" * 85_000
            + "</article></body></html>"
        ).encode()
    if name == "node":
        return "text/html", (
            "<html><body><article><p>" + "обмін полоненими " * 250_000 + "</p></article></body></html>"
        ).encode()
    if name == "deep":
        return "text/html", (
            "<html><body>" + "<div>" * 50_000 + "Обмін полоненими" + "</div>" * 50_000 + "</body></html>"
        ).encode()
    if name == "bomb":
        return "gzip", gzip.compress(b"\0" * 200_000_000)
    pages = "".join(
        f"<item><title>Обмін полоненими {one}</title><link>http://{{host}}/{one}</link></item>"
        for one in ("paragraphs", "node", "deep", "bomb")
    )
    return "application/rss+xml", f"<rss version='2.0'><channel>{pages}</channel></rss>".encode()


class _Server:
    def __init__(self, farm: Farm) -> None:
        self.farm = farm
        self.worst: dict[str, tuple[str, bytes]] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self.answer(head.decode("latin-1"), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, head: str, writer: asyncio.StreamWriter) -> None:
        path = head.split(" ", 2)[1]
        host = next(line[6:] for line in head.split("\r\n") if line.lower().startswith("host: "))
        name = path.strip("/").partition(".")[0].partition("x")[0]
        kind = self.farm.kinds[int(name)] if name.isdigit() else ""
        if kind == "hang":
            await asyncio.sleep(3600)
        if path == "/robots.txt":
            self.send(writer, "404 Not Found", "text/plain", b"")
        elif path.startswith("/worst"):
            self.send_worst(writer, path.removeprefix("/worst"), host)
        elif path.endswith(".rss"):
            if 'If-None-Match: "1"' in head:
                writer.write(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n")
            else:
                self.send(writer, "200 OK", "application/rss+xml", feed(host, int(name)), 'ETag: "1"\r\n')
        else:
            self.send(writer, "200 OK", "text/html; charset=utf-8", page(path.strip("/")))
        if kind == "slow":
            await asyncio.sleep(20)
        await writer.drain()

    def send_worst(self, writer: asyncio.StreamWriter, path: str, host: str) -> None:
        if path not in self.worst:
            self.worst[path] = worst(path)
        kind, body = self.worst[path]
        if kind == "gzip":
            self.send(writer, "200 OK", "text/html", body, "Content-Encoding: gzip\r\n")
        else:
            self.send(writer, "200 OK", kind, body.replace(b"{host}", f"{host}/worst".encode()))

    @staticmethod
    def send(writer: asyncio.StreamWriter, status: str, kind: str, body: bytes, more: str = "") -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
        writer.write(head.encode() + body)

    async def run(self) -> None:
        hosts = [self.farm.host(number) for number in range(max(1, len(self.farm.kinds)))]
        server = await asyncio.start_server(self.serve, hosts, self.farm.port, backlog=512)
        await server.serve_forever()


def _serve(farm: Farm) -> None:
    asyncio.run(_Server(farm).run())


@contextmanager
def farm(*kinds: str) -> Iterator[Farm]:
    """Run a farm for the time of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.1.1", 0))
        made = Farm(port=probe.getsockname()[1], kinds=kinds)
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(made,), daemon=True)
    process.start()
    try:
        yield made
    finally:
        process.terminate()
        process.join()
