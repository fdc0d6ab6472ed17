"""Crawl ../shared/realpages, served on loopback with one address per host, with the shipped code.

usage: python tests/crawl_realpages.py [FOLDER]

Each host becomes an outlet with an RSS feed or a sitemap over its real pages. Prints how every lead ended; exits 1 where
one is lost. With FOLDER the database and captures stay there.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import sqlite3
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
REALPAGES = ROOT.parent / "shared" / "realpages"


@dataclass(frozen=True, slots=True, kw_only=True)
class RealPage:
    """A saved page and the path it is served under."""

    host: str
    path: str
    body: bytes


def real_pages() -> list[RealPage]:
    """Return every page of the collection."""
    truth = json.loads((REALPAGES / "ground-truth.json").read_text(encoding="utf-8"))
    files = {REALPAGES / "html" / f"{name}.html.gz": row["url"] for name, row in truth.items()}
    dates = json.loads((REALPAGES / "cyrillic" / "dates.json").read_text(encoding="utf-8"))
    files |= {REALPAGES / "cyrillic" / row["file"]: row["url"] for row in dates}
    pages = []
    for file, url in files.items():
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        pages.append(RealPage(host=parts.netloc, path=path or "/", body=gzip.decompress(file.read_bytes())))
    return pages


class Loopback:
    """All hosts in one thread, each on an address of 127.0.0.0/8, with one port."""

    def __init__(self, pages: list[RealPage]) -> None:
        self.hosts = sorted({page.host for page in pages})
        self.address = {host: f"127.20.{n // 250}.{n % 250 + 1}" for n, host in enumerate(self.hosts)}
        self.pages = {(self.address[page.host], page.path): page.body for page in pages}
        self.requests: list[tuple[str, str]] = []
        self.port = 0

    def list_path(self, host: str) -> str:
        """Return where a host's list stands: a feed for every second host, a sitemap for the others."""
        return "/feed.xml" if self.hosts.index(host) % 2 else "/sitemap.xml"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, request after request."""
        address = writer.get_extra_info("sockname")[0]
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1].decode("ascii")
                self.requests.append((address, path))
                status, kind, body = self.response(address, path)
                header = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(header.encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def response(self, address: str, path: str) -> tuple[str, str, bytes]:
        """Return status, type and body for a path."""
        if path in ("/feed.xml", "/sitemap.xml"):
            return "200 OK", "application/xml", self.listing(address, path).encode()
        body = self.pages.get((address, path))
        return ("404 Not Found", "text/html", b"none") if body is None else ("200 OK", "text/html", body)

    def listing(self, address: str, path: str) -> str:
        """Return the feed or sitemap of one host."""
        urls = [f"http://{address}:{self.port}{escape(p)}" for a, p in self.pages if a == address]
        if path == "/feed.xml":
            items = "".join(
                f"<item><title>Page {n}</title><link>{url}</link></item>" for n, url in enumerate(urls)
            )
            return f'<rss version="2.0"><channel><title>{address}</title>{items}</channel></rss>'
        rows = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'


@contextmanager
def served(pages: list[RealPage]) -> Iterator[Loopback]:
    """Serve the pages for the time of the block."""
    site = Loopback(pages)
    loop = asyncio.new_event_loop()

    async def start() -> list[asyncio.Server]:
        first = await asyncio.start_server(site.answer, "127.20.0.1", 0)
        site.port = first.sockets[0].getsockname()[1]
        others = [a for a in site.address.values() if a != "127.20.0.1"]
        return [first, *[await asyncio.start_server(site.answer, a, site.port) for a in others]]

    servers = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        for server in servers:
            loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def write_config(site: Loopback, folder: Path) -> Path:
    """Write the config.yaml of an operator who follows all these hosts."""
    lines = [
        "version: 1",
        "contact: tests@swapwatch.invalid",
        "network: {allow_private: [127.20.0.0/16]}",
        "defaults: {delay: 0s}",
        "sources:",
    ]
    for host in site.hosts:
        kind = "feed" if site.list_path(host) == "/feed.xml" else "sitemap"
        url = f"http://{site.address[host]}:{site.port}{site.list_path(host)}"
        name = "h" + "".join(char if char.isalnum() else "-" for char in host)
        lines.append(
            f"  - {{id: {name}, name: {name}, country: UA, side: other, ownership: unknown, languages: [en, ru, uk],"
            f" timezone: Europe/Kyiv, type: {kind}, url: '{url}'}}"
        )
    config = folder / "config.yaml"
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return config


def crawl(folder: Path) -> tuple[int, Counter[str]]:
    """Crawl everything once; return the number of pages and how the leads ended."""
    import scheduler
    from crawler.config import load

    pages = real_pages()
    with served(pages) as site:
        config = load(write_config(site, folder), {})
        scheduler.run(config, once=True)
    return len(pages), outcomes(folder)


def outcomes(folder: Path) -> Counter[str]:
    """Count the leads by state and reason."""
    database = next((folder / "data").glob("*.db"))
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("select state, coalesce(reason, ''), count(*) from lead group by 1, 2")
        return Counter({f"{state} {reason}".strip(): count for state, reason, count in rows})


def main() -> int:
    """Run the crawl and print its table."""
    if not REALPAGES.is_dir():
        print("the real pages lie outside the repository, at ../shared/realpages: absent here")
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch)
        pages, ended = crawl(folder)
    for how, count in sorted(ended.items()):
        print(f"{how:<30}{count:>6}")
    lost = pages - sum(ended.values()) + ended["pending"]
    print(f"{pages} pages, {lost} without an outcome")
    return int(lost != 0)


if __name__ == "__main__":
    sys.exit(main())
