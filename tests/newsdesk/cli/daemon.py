"""A running job in a process of its own, and an outlet on loopback that counts who asks."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMAND = str(Path(sys.executable).with_name("swapwatch"))

STORY = (
    "<html lang='uk'><body><h1>Обмін полоненими</h1><article><p>Сьогодні відбувся обмін полоненими з Росією."
    " Додому повернулися 205 захисників, повідомив Координаційний штаб.</p></article></body></html>"
)


@dataclass(slots=True)
class Outlets:
    """Feeds at /NAME.rss, each with one report; a name in `broken` answers 500."""

    url: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    broken: set[str] = field(default_factory=set)
    reports: dict[str, int] = field(default_factory=dict)
    """By name, how many reports its feed lists; one where nothing is said."""

    def answer(self, path: str) -> tuple[int, str, str]:
        name = path.strip("/").partition(".")[0].partition("-")[0]
        if path == "/robots.txt":
            return 404, "text/plain", ""
        if name in self.broken:
            return 500, "text/plain", "broken"
        if path.endswith(".rss"):
            items = "".join(
                f"<item><title>Обмін полоненими</title><link>{self.url}/{name}-{number + 1}</link></item>"
                for number in reversed(range(self.reports.get(name, 1)))
            )
            return 200, "application/rss+xml", f"<rss version='2.0'><channel>{items}</channel></rss>"
        return 200, "text/html; charset=utf-8", STORY


@contextmanager
def outlets() -> Iterator[Outlets]:
    """Serve outlets on loopback for the time of the block."""
    found = Outlets()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked[self.path] += 1
            status, kind, body = found.answer(self.path)
            raw = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


@dataclass(slots=True)
class Daemon:
    """A running `swapwatch run` and what it logs."""

    process: subprocess.Popen[bytes]
    folder: Path

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Return the log lines of an event, whole ones only."""
        whole = (self.folder / "log").read_bytes().rpartition(b"\n")[0].decode()
        lines = [json.loads(line) for line in whole.splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == event]

    def ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )


@contextmanager
def daemon(folder: Path, command: Sequence[str] = (COMMAND, "run"), **environ: str) -> Iterator[Daemon]:
    """Run the job in a folder for the time of the block; it is watching when the block begins."""
    import os

    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, stderr=log, stdout=subprocess.DEVNULL, env=os.environ | environ
        )
    running = Daemon(process, folder)
    try:
        assert wait_for(lambda: bool(running.logged("watching"))), (folder / "log").read_text()
        yield running
        process.terminate()
        assert process.wait(20) == 0, (folder / "log").read_text()
    finally:
        if process.poll() is None:
            process.kill()


def wait_for(condition: Callable[[], bool], seconds: float = 40) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False
