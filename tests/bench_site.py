"""Real pages served on eight loopback hosts by nginx, or by a small server of our own where there is none.

As a command it is that server: `python tests/bench_site.py FOLDER PORT`.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.crawl_realpages import real_pages

HOSTS = tuple(f"127.21.0.{number}" for number in range(1, 9))

NGINX = """{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  types {{ text/html html; application/rss+xml xml; text/plain txt; }}
  default_type text/html;
  client_body_temp_path {folder}/tmp; proxy_temp_path {folder}/tmp; fastcgi_temp_path {folder}/tmp;
  uwsgi_temp_path {folder}/tmp; scgi_temp_path {folder}/tmp;
{servers}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is served: the same for every system."""

    folder: Path
    port: int
    pages: int
    median_kilobytes: float
    server: str

    @property
    def feeds(self) -> list[str]:
        """The feed of each host."""
        return [f"http://{host}:{self.port}/feed.xml" for host in HOSTS]


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def lay_out(folder: Path, *, pages: int, port: int) -> float:
    """Write so many real pages, over and over where there are fewer, with a feed for each host; return their median size in kB."""
    bodies = [page.body for page in real_pages()]
    for host in HOSTS:
        (folder / host / "news").mkdir(parents=True, exist_ok=True)
        (folder / host / "robots.txt").write_text("User-agent: *\nAllow: /\n")
    listed: dict[str, list[str]] = {host: [] for host in HOSTS}
    for number in range(pages):
        host = HOSTS[number % len(HOSTS)]
        path = f"/news/{number:06}.html"
        (folder / host / path[1:]).write_bytes(bodies[number % len(bodies)])
        listed[host].append(path)
    for host, paths in listed.items():
        items = "".join(
            f"<item><title>Page {path[6:12]}</title><link>http://{host}:{port}{path}</link></item>"
            for path in paths
        )
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{host}</title><link>http://{host}/</link>{items}</channel></rss>'
        (folder / host / "feed.xml").write_text(feed)
    used = [len(bodies[number % len(bodies)]) for number in range(pages)] or [0]
    return statistics.median(used) / 1000


@contextmanager
def served(folder: Path, *, pages: int) -> Iterator[Site]:
    """Serve pages for the time of the block, from a process that no measurement counts."""
    port = free_port()
    median = lay_out(folder, pages=pages, port=port)
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx:
        servers = "\n".join(f"  server {{ listen {host}:{port}; root {folder}/{host}; }}" for host in HOSTS)
        (folder / "tmp").mkdir(exist_ok=True)
        user = "" if os.getuid() else "user root;"  # else its worker may not read the folder
        (folder / "nginx.conf").write_text(NGINX.format(user=user, folder=folder, servers=servers))
        command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    else:
        command = [sys.executable, "-m", "tests.bench_site", str(folder), str(port)]
    with subprocess.Popen(command, cwd=Path(__file__).resolve().parents[1]) as process:
        try:
            _wait_for(port)
            yield Site(
                folder=folder,
                port=port,
                pages=pages,
                median_kilobytes=median,
                server="nginx" if nginx else "a small server of our own",
            )
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection((HOSTS[-1], port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


async def _answer(folder: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    host = writer.get_extra_info("sockname")[0]
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            path = head.split(b" ", 2)[1].decode("ascii").lstrip("/")
            file = folder / host / path
            found = ".." not in path and file.is_file()
            body = file.read_bytes() if found else b"none"
            kind = "application/rss+xml" if path.endswith(".xml") else "text/html"
            status = "200 OK" if found else "404 Not Found"
            writer.write(
                f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _serve(folder: Path, port: int) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _answer(folder, reader, writer)

    for host in HOSTS:
        await asyncio.start_server(answer, host, port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
