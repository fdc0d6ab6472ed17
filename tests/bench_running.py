"""The running job: what it costs while nothing happens, how soon it begins, how soon it notices.

usage: python tests/bench_running.py [--sources 500] [--seconds 60] [--write]
"""

from __future__ import annotations

import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.bench_docs import put, spread
from tests.bench_measure import descendants, proportional_kilobytes

COMMAND = str(Path(sys.executable).with_name("swapwatch"))
TICKS = os.sysconf("SC_CLK_TCK")
ITEMS = 30
GOAL_CORE, GOAL_MEGABYTES, GOAL_BODILESS = 0.10, 400.0, 0.9
GOAL_FIRST = 3.0

STORY = (
    "<html lang='uk'><body><h1>Обмін полоненими</h1><article><p>Сьогодні відбувся обмін полоненими з Росією."
    " Додому повернулися {} захисників, повідомив Координаційний штаб.</p></article></body></html>"
)


@dataclass(slots=True)
class Feeds:
    """Feeds of thirty items, with honest validators, from a process of its own (this one)."""

    port: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    """Answers to requests for feeds, by status."""
    begun: dict[str, float] = field(default_factory=dict)
    """When each feed was first asked for."""
    published: dict[str, list[float]] = field(default_factory=dict)
    """By feed, when each report was published."""

    def body(self, path: str) -> tuple[int, str, bytes]:
        """Return status, type and body for a path."""
        name = path.strip("/").removesuffix(".rss")
        if path.endswith(".rss"):
            self.begun.setdefault(path, time.monotonic())
            links = [f"/{name}/report-{n}" for n in range(len(self.published.get(name, ())))]
            links += [f"/{name}/{n}" for n in range(ITEMS)] if name not in self.published else []
            items = "".join(
                f"<item><title>Обмін полоненими {link}</title><link>http://127.0.0.1:{self.port}{link}</link></item>"
                for link in reversed(links)
            )
            return (
                200,
                "application/rss+xml",
                f"<rss version='2.0'><channel><title>{name}</title>{items}</channel></rss>".encode(),
            )
        if "report-" in path:
            return 200, "text/html; charset=utf-8", STORY.format(100 + int(path.rpartition("-")[2])).encode()
        return 404, "text/plain", b"none"


@contextmanager
def served() -> Iterator[Feeds]:
    """Serve feeds for the time of the block."""
    feeds = Feeds()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, kind, body = feeds.body(self.path)
            tag = f'"{hash(body) & 0xFFFFFFFF:x}"'
            if status == 200 and self.headers.get("If-None-Match") == tag:
                status, body = 304, b""
            if self.path.endswith(".rss"):
                feeds.answers[status] += 1
            self.send_response(status)
            self.send_header("ETag", tag)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    feeds.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield feeds
    finally:
        server.shutdown()
        server.server_close()


def configured(folder: Path, feeds: Feeds, *, sources: int, polling: str) -> None:
    """Write a config with so many sources."""
    listed = "".join(
        f"  - {{id: s{n}, name: S{n}, country: UA, side: ua, ownership: state, languages: [uk], type: feed, url: 'http://127.0.0.1:{feeds.port}/s{n}.rss',"
        f" ports: [{feeds.port}]}}\n"
        for n in range(sources)
    )
    (folder / "config.yaml").write_text(
        f"version: 1\ncontact: bench@swapwatch.invalid\nnetwork: {{allow_private: [127.0.0.1]}}\n{polling}sources:\n{listed}"
    )


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the job for the time of the block."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([COMMAND, "run"], cwd=folder, stderr=log, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def tree(pid: int) -> list[int]:
    """Return a process and its descendants."""
    return [pid, *descendants(pid)]


def cpu_seconds(pid: int) -> float:
    """Return user and system seconds of a process, its children that ended, and those that live."""
    total = 0
    for one in tree(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(value) for value in fields[11:15])
    return total / TICKS


def idle(sources: int, seconds: float) -> dict[str, float]:
    """Return what a job costs whose sources bring nothing new, each polled every ten minutes."""
    with tempfile.TemporaryDirectory(prefix="swapwatch-bench-") as scratch, served() as feeds:
        folder = Path(scratch)
        fixed = "defaults: {delay: 0s, interval: 10m}\n"
        # the first look at everything, pages that are not there included, is no idling
        configured(folder, feeds, sources=sources, polling=fixed)
        subprocess.run([COMMAND, "run", "--once"], cwd=folder, check=False, capture_output=True)
        spread_out(folder)
        feeds.answers.clear()
        with running(folder) as process:
            time.sleep(10)
            before, polled, begun = cpu_seconds(process.pid), sum(feeds.answers.values()), time.monotonic()
            time.sleep(seconds)
            took = time.monotonic() - begun
            used = cpu_seconds(process.pid) - before
            memory = sum(proportional_kilobytes(one) for one in tree(process.pid)) / 1024
            polls = sum(feeds.answers.values()) - polled
    answers = sum(feeds.answers.values())
    return {
        "core": used / took,
        "megabytes": memory,
        "polls_a_second": polls / took,
        "cpu_ms_a_poll": 1000 * used / max(polls, 1),
        "bodiless": feeds.answers[304] / max(answers, 1),
    }


def spread_out(folder: Path) -> None:
    """Plan the sources as they stand after hours: due one after the other over ten minutes, not all at once."""
    with closing(sqlite3.connect(folder / "data" / "swapwatch.db")) as store:
        names = [row[0] for row in store.execute("select source_id from source_state")]
        now = datetime.now(UTC).timestamp()
        for number, name in enumerate(names):
            due = datetime.fromtimestamp(now + 600 * number / len(names), UTC)
            store.execute(
                "update source_state set next_due = ? where source_id = ?",
                (due.strftime("%Y-%m-%d %H:%M:%S.%f"), name),
            )
        store.commit()


def idle_table(sizes: list[int], seconds: float) -> str:
    """Return the table of idle costs as Markdown."""
    lines = [
        "| sources, each polled every 10 min | polls a second | share of a core | CPU ms a poll | memory (PSS) MB | polls without a body |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for size in sizes:
        found = idle(size, seconds)
        behind = []
        if size == 500:
            behind = [
                words
                for words, bad in (
                    (f"share of a core, goal {GOAL_CORE:.0%}", found["core"] > GOAL_CORE),
                    (f"memory, goal {GOAL_MEGABYTES:.0f} MB", found["megabytes"] > GOAL_MEGABYTES),
                    (f"bodiless, goal {GOAL_BODILESS:.0%}", found["bodiless"] < GOAL_BODILESS),
                )
                if bad
            ]
        lines.append(
            f"| {size} | {found['polls_a_second']:.2f} | {found['core']:.1%} | {found['cpu_ms_a_poll']:.0f} | {found['megabytes']:.0f}"
            f" | {found['bodiless']:.0%} |{' **BEHIND** ' + ', '.join(behind) if behind else ''}"
        )
    return "\n".join(lines)


def first_poll(rounds: int) -> str:
    """Return how soon after its start `run` asks its first source, robots.txt read before."""
    took, used = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="swapwatch-bench-") as scratch, served() as feeds:
            configured(Path(scratch), feeds, sources=8, polling="defaults: {delay: 0s}\n")
            subprocess.run([COMMAND, "run", "--once"], cwd=scratch, check=False, capture_output=True)
            feeds.begun.clear()
            begin = time.monotonic()
            with running(Path(scratch)) as process:
                while not feeds.begun and time.monotonic() < begin + 60:
                    time.sleep(0.02)
                used.append(cpu_seconds(process.pid))
            took.append(min(feeds.begun.values()) - begin)
    verdict = "" if min(took) <= GOAL_FIRST else " **BEHIND**"
    return (
        f"`run` asks its first source, robots.txt read before, after {spread(took)} s and {spread(used)} CPU s;"
        f" goal {GOAL_FIRST:g} s{verdict}."
    )


def noticed(seconds: float, *, sources: int = 12, a_minute: float = 60.0) -> str:
    """Return how long reports took from publication to the committed finding, on real servers."""
    with tempfile.TemporaryDirectory(prefix="swapwatch-bench-") as scratch, served() as feeds:
        folder = Path(scratch)
        feeds.published |= {f"s{n}": [time.time()] for n in range(sources)}
        pace = f"polling: {{a_minute: {a_minute:g}, shortest: 1s}}\ndefaults: {{delay: 0s}}\n"
        configured(folder, feeds, sources=sources, polling=pace)
        with running(folder):
            time.sleep(15)  # the first look at every list
            end = time.time() + seconds
            turn = 0
            while time.time() < end:
                feeds.published[f"s{turn % sources if turn % 3 else 0}"].append(time.time())
                turn += 1
                time.sleep(1.5)
            time.sleep(3 * sources * 60 / a_minute)
        delays = sorted(_delays(folder, feeds))
        expected = sum(len(moments) - 1 for moments in feeds.published.values())
    lost = expected - len(delays)
    p95 = delays[int(0.95 * len(delays))]
    return (
        f"{sources} outlets on real servers, {a_minute:g} polls a minute, {expected} reports: from publication to the committed finding"
        f" {statistics.mean(delays):.1f} s on the mean, p95 {p95:.1f} s; {lost} not found. One interval for all would wait"
        f" {sources / (2 * a_minute / 60):.1f} s for the poll alone."
    )


def _delays(folder: Path, feeds: Feeds) -> Iterator[float]:
    with closing(sqlite3.connect(folder / "data" / "swapwatch.db")) as store:
        rows = store.execute("select address, first_seen from article").fetchall()
    for address, seen in rows:
        name, _, number = address.rpartition("/report-")
        moments = feeds.published[name.rpartition("/")[2]]
        if int(number):
            kept = datetime.fromisoformat(seen).replace(tzinfo=UTC).timestamp()
            yield kept - moments[int(number)]


def main() -> int:
    """Measure and print."""
    parser = ArgumentParser()
    parser.add_argument("--sources", type=int, nargs="*", default=[500])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    parts: dict[str, Callable[[], str]] = {
        "idle": lambda: idle_table(given.sources, given.seconds),
        "first poll": lambda: first_poll(given.rounds),
        "noticed": lambda: noticed(given.seconds),
    }
    for name, work in parts.items():
        text = work()
        print(text, flush=True)
        if given.write:
            put(name, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
