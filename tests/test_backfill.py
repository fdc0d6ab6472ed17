"""The past of a source, walked by the command against a real server, killed in the middle and taken up again."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

COMMAND = str(Path(sys.executable).with_name("swapwatch"))
FILLER = "<p>Міська рада обговорила ремонт дороги та новий розклад тролейбусів у центрі міста.</p>" * 8
TOLD = "Відбувся обмін полоненими: додому повернулися 185 захисників"


class Outlet:
    """A server that answers by path, and remembers what it was asked; at `hold` it waits to be killed off."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[str, str]] = {}
        self.asked: list[str] = []
        self.hold_after: int | None = None
        self.reached = threading.Event()
        self.go_on = threading.Event()
        outlet = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outlet.asked.append(self.path)
                outlet.wait()
                kind, body = outlet.answers.get(self.path, ("", ""))
                raw = body.encode()
                self.send_response(200 if kind else 404)
                self.send_header("Content-Type", kind or "text/plain")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self) -> None:
        if self.hold_after is not None and len(self.pages()) > self.hold_after:
            self.reached.set()
            self.go_on.wait(60)

    def pages(self) -> list[str]:
        """Return the articles that were asked for."""
        return [path for path in self.asked if path.endswith(".html")]

    def sitemap(self, path: str, *pages: str) -> None:
        rows = "".join(f"<url><loc>{self.url}{page}</loc></url>" for page in pages)
        self.answers[path] = ("application/xml", f"<urlset>{rows}</urlset>")

    def index(self, path: str, *lists: str) -> None:
        rows = "".join(f"<sitemap><loc>{self.url}{one}</loc></sitemap>" for one in lists)
        self.answers[path] = ("application/xml", f"<sitemapindex>{rows}</sitemapindex>")

    def page(self, path: str, title: str) -> str:
        html = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{title} ({path}).</p>{FILLER}</article></body></html>"
        self.answers[path] = ("text/html; charset=utf-8", html)
        return path

    def close(self) -> None:
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    site = Outlet()
    yield site
    site.close()


def months(outlet: Outlet, *, each: int = 12) -> None:
    """An index of three months, two in the range, each with ordinary pages and two reports."""
    for month in ("2025-03", "2025-02", "2024-11"):
        paths = [
            outlet.page(
                f"/{month.replace('-', '/')}/story-{n}.html", f"{TOLD} {n}" if n in (3, 7) else f"Ремонт {n}"
            )
            for n in range(each)
        ]
        outlet.sitemap(f"/sitemap-{month}.xml", *paths)
    outlet.index("/map.xml", *(f"/sitemap-{month}.xml" for month in ("2024-11", "2025-02", "2025-03")))
    outlet.answers["/robots.txt"] = (
        "text/plain",
        f"User-agent: *\nDisallow: /2025/02/story-5\nSitemap: {outlet.url}/map.xml\n",
    )


Backfill = Callable[..., subprocess.CompletedProcess[str]]


def config(folder: Path, outlet: Outlet, *, more: str = "type: feed, url: '{url}/feed.xml'") -> Path:
    path = folder / "config.yaml"
    path.write_text(
        "version: 1\ncontact: tests@swapwatch.invalid\nnetwork: {allow_private: [127.0.0.1]}\ndefaults: {delay: 0s}\nsources:\n"
        "  - {id: slovo, name: Slovo, country: UA, side: ua, ownership: private, languages: [uk], "
        + more.format(url=outlet.url)
        + "}\n",
        encoding="utf-8",
    )
    return path


def command(folder: Path, *arguments: str) -> list[str]:
    return [COMMAND, "--config", str(folder / "config.yaml"), "backfill", *arguments]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command(folder, *arguments), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done


RANGE = ("--source", "slovo", "--since", "2025-02-01", "--until", "2025-03-31")


def stored(folder: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "data" / "swapwatch.db")) as store:
        return store.execute(question).fetchall()


def test_a_sources_sitemaps_are_walked_within_the_range_newest_first(tmp_path: Path, outlet: Outlet) -> None:
    months(outlet)
    config(tmp_path, outlet)
    done = run(tmp_path, *RANGE)
    assert "24 pages" in done.stdout
    assert "4  relevant" in done.stdout
    assert "1  robots" in done.stdout
    assert "19  off topic" in done.stdout
    assert "4 findings" in done.stderr
    assert not [path for path in outlet.asked if "2024" in path], "the index names it out of range"
    assert "/2025/02/story-5.html" not in outlet.asked
    order = [path[:8] for path in outlet.pages()]
    assert order == sorted(order, reverse=True)
    assert stored(tmp_path, "select distinct seen_in from lead where state = 'kept' order by 1") == [
        (f"{outlet.url}/sitemap-2025-02.xml",), (f"{outlet.url}/sitemap-2025-03.xml",)
    ]  # fmt: skip
    assert stored(tmp_path, "select count(*) from finding") == [(4,)]
    assert stored(tmp_path, "select count(*) from capture where status = 200")[0] >= (4,)


def test_a_killed_walk_goes_on_where_it_was(tmp_path: Path, outlet: Outlet) -> None:
    months(outlet)
    config(tmp_path, outlet)
    outlet.hold_after = 15
    process = subprocess.Popen(
        command(tmp_path, *RANGE),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert outlet.reached.wait(60)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    settled = {str(url) for (url,) in stored(tmp_path, "select url from lead where state != 'pending'")}
    assert settled
    first, outlet.hold_after = len(outlet.asked), None
    outlet.go_on.set()
    done = run(tmp_path, *RANGE)
    assert "24 pages" in done.stdout
    assert "4  relevant" in done.stdout
    again = {f"{outlet.url}{path}" for path in outlet.asked[first:]}
    assert not settled & again, "what was settled is not asked for again"
    assert f"{outlet.url}/sitemap-2025-03.xml" not in again
    assert stored(tmp_path, "select count(*) from finding") == [(4,)]
    assert stored(tmp_path, "select count(*), count(distinct url) from lead") == [(24, 24)]
    assert stored(tmp_path, "select count(*) from lead where state = 'pending'") == [(0,)]


def test_a_second_walk_asks_for_lists_again_and_for_no_page(tmp_path: Path, outlet: Outlet) -> None:
    months(outlet, each=4)
    config(tmp_path, outlet)
    run(tmp_path, *RANGE)
    pages = len(outlet.pages())
    run(tmp_path, *RANGE)
    assert len(outlet.pages()) == pages
    assert Counter(outlet.asked)["/sitemap-2025-03.xml"] == 2


def test_a_list_that_cannot_be_read_is_asked_for_by_the_next_start(tmp_path: Path, outlet: Outlet) -> None:
    months(outlet, each=4)
    config(tmp_path, outlet)
    broken = outlet.answers.pop("/sitemap-2025-02.xml")
    done = run(tmp_path, *RANGE)
    assert "not all lists were read" in done.stderr
    assert "404" in done.stderr
    outlet.answers["/sitemap-2025-02.xml"] = broken
    done = run(tmp_path, *RANGE)
    assert "8 pages" in done.stdout
    assert Counter(outlet.asked)["/sitemap-2025-03.xml"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--source", "slowo", "--since", "2025-01-01"), "did you mean slovo?"),
        (("--source", "slovo"), "--since"),
        (("--source", "slovo", "--since", "2025-03-01", "--until", "2025-01-01"), "is before"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, outlet: Outlet, arguments: tuple[str, ...], words: str
) -> None:
    config(tmp_path, outlet)
    done = subprocess.run(
        command(tmp_path, *arguments), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert words in done.stderr


def posts(outlet: Outlet, path: str, numbers: range, *, month: int, older: str | None) -> None:
    """A channel's preview: posts of one month, one of them a report."""
    rows = "".join(
        f'<div class="tgme_widget_message" data-post="slovo/{n}"><div class="tgme_widget_message_text js-message_text">'
        f"{TOLD if n % 10 == 3 else 'Ремонт дороги в центрі міста'}, допис {n}.</div>"
        f'<a class="tgme_widget_message_date"><time datetime="2025-{month:02}-{n % 20 + 2:02}T10:00:00+00:00"></time></a></div>'
        for n in numbers
    )
    more = f'<a class="tme_messages_more" data-before="x" href="{older}"></a>' if older else ""
    outlet.answers[path] = ("text/html", f"<html><body class='tgme_page'>{more}{rows}</body></html>")


def test_a_channels_older_posts_are_read_back_to_the_first_day(tmp_path: Path, outlet: Outlet) -> None:
    posts(outlet, "/s/slovo", range(61, 71), month=4, older="/s/slovo?before=61")
    posts(outlet, "/s/slovo?before=61", range(51, 61), month=3, older="/s/slovo?before=51")
    posts(outlet, "/s/slovo?before=51", range(41, 51), month=2, older="/s/slovo?before=41")
    posts(outlet, "/s/slovo?before=41", range(31, 41), month=1, older="/s/slovo?before=31")
    posts(outlet, "/s/slovo?before=31", range(21, 31), month=1, older=None)
    config(tmp_path, outlet, more="type: telegram, url: '{url}/s/slovo'")
    done = run(tmp_path, "--source", "slovo", "--since", "2025-02-01", "--until", "2025-03-31")
    assert "20 pages" in done.stdout
    assert "2  relevant" in done.stdout
    assert outlet.asked[-1] == "/s/slovo?before=41", (
        "its posts are older than the first day, and so are those before"
    )
    assert stored(tmp_path, "select url from lead where state = 'kept' order by id desc") == [
        ("https://t.me/slovo/43",), ("https://t.me/slovo/53",)
    ]  # fmt: skip


def test_pages_of_an_archive_are_walked_day_by_day(tmp_path: Path, outlet: Outlet) -> None:
    for day in (1, 2, 3, 4):
        links = "".join(
            f'<li><a href="{outlet.page(f"/story-{day}-{n}.html", f"{TOLD} {day}" if n == 1 else "Ремонт дороги")}">'
            f"Допис номер {n} про те, що сталося того дня</a></li>"
            for n in range(3)
        )
        outlet.answers[f"/archive/2025/03/{day:02}"] = (
            "text/html",
            f"<html><body><ul>{links}</ul></body></html>",
        )
    config(tmp_path, outlet, more="type: feed, url: '{url}/feed.xml', archive: '{url}/archive/%Y/%m/%d'")
    done = run(tmp_path, "--source", "slovo", "--since", "2025-03-02", "--until", "2025-03-03")
    assert [path for path in outlet.asked if path.startswith("/archive")] == [
        "/archive/2025/03/03",
        "/archive/2025/03/02",
    ]
    assert "6 pages" in done.stdout
    assert "2  relevant" in done.stdout
