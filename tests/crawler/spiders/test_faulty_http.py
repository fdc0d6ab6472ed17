"""Connections and answers that go wrong in every way: each has its own words, and nothing half is stored."""

from __future__ import annotations

import asyncio
import gzip
import socket
import sys
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import brotli
import pytest

from crawler.model import Limits, Outcome, Source, SourceState, SourceType
from crawler.spiders import AddressRules, Crawling, Politeness, Workers, failures, guard, handler
from tests.crawler.spiders.conftest import Memory
from tests.crawler.spiders.nameserver import NameServer
from tests.crawler.spiders.site import PAGE, Play, Site, drip, endless, feed, http, reset, silence

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MakeSource = Callable[..., Source]

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
BODY = PAGE.partition(b"\r\n\r\n")[2]

PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "deflate, gzip": lambda raw: gzip.compress(zlib.compress(raw)),
    "br": brotli.compress,
    "zstd": zstd.compress,
}


@asynccontextmanager
async def asking(workers: Workers, nameserver: NameServer, *allow: str) -> AsyncIterator[Crawling]:
    """A crawling process that asks a name server of the test."""
    async with Crawling(
        politeness=Politeness(user_agent="swapwatch/test", delay=0.0),
        workers=workers,
        rules=AddressRules(allow),
        nameserver=nameserver.address,
    ) as running:
        yield running


async def test_refused_unknown_and_silent_names_have_words_of_their_own(
    workers: Workers,
    crawling: Crawling,
    nameserver: NameServer,
    source: MakeSource,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "PATIENCE", (0.2, 0.3))
    words = {}
    async with asking(workers, nameserver) as running:
        for name, silent, rcode in (("unknown", False, 3), ("failing", False, 2), ("silent", True, 3)):
            nameserver.silent, nameserver.rcode = silent, rcode
            report = await running.crawl(source(url=f"http://{name}.test/rss"), Memory().desk())
            assert report.outcome is Outcome.ERROR
            words[name] = report.error
    assert words == {
        "unknown": "unreachable: robots.txt: no such host (DNS)",
        "failing": "unreachable: robots.txt: the name server fails (DNS)",
        "silent": "unreachable: robots.txt: the name server does not answer (DNS)",
    }


async def test_an_address_where_nothing_answers_is_not_taken_for_a_slow_one(
    crawling: Crawling, memory: Memory, source: MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full queue drops further attempts to connect, as a black hole does."""
    monkeypatch.setattr(handler, "CONNECT_SECONDS", 0.3)
    with socket.socket() as hole:
        hole.bind(("127.0.0.1", 0))
        hole.listen(0)
        port = hole.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        report = await crawling.crawl(source(url=f"http://127.0.0.1:{port}/rss"), memory.desk())
        for one in waiting:
            one.close()
    assert report.error == "timeout: robots.txt: no connection in time: nothing answers at its address"


@pytest.mark.parametrize(
    "play",
    [
        silence(),
        drip(HEAD + b"X-Long: " + b"a" * 1000),
        drip(HEAD + b"Content-Length: 1000\r\n\r\n" + BODY, first=len(HEAD) + 30),
    ],
    ids=["silence", "headers byte by byte", "body byte by byte"],
)
async def test_the_time_of_an_answer_is_counted_from_its_request(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource, play: Play
) -> None:
    site.answers = {"/rss": feed(site, "/slow", title="Погода")}
    site.play = {"/slow": play}
    await crawling.crawl(source(limits=Limits(seconds=0.5)), memory.desk())
    (skip,) = memory.closed
    assert (skip.reason, skip.detail, skip.retry) == ("timeout", "no complete answer in time", True)


@pytest.mark.parametrize(
    "play",
    [
        reset(HEAD + b"Content-Length: 99999\r\n\r\n" + BODY),
        reset(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<html\r\n"),
        reset(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n<html\r\n"),
        reset(HEAD),
        reset(b""),
    ],
    ids=["length", "chunk missing", "chunk size", "in the headers", "at once"],
)
async def test_what_breaks_off_is_tried_again_and_never_stored(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource, play: Play
) -> None:
    site.answers = {"/rss": feed(site, "/cut")}
    site.play = {"/cut": play}
    await crawling.crawl(source(), memory.desk())
    (skip,) = memory.closed
    assert (skip.reason, skip.retry) == ("protocol", True)
    assert memory.kept == []


@pytest.mark.parametrize(("body", "partial"), [(BODY, False), (BODY[:-60], True)], ids=["whole", "cut"])
@pytest.mark.parametrize("broken", [False, True], ids=["closed", "reset"])
async def test_a_page_that_ends_with_its_connection_is_partial_unless_its_end_is_there(
    crawling: Crawling,
    site: Site,
    memory: Memory,
    source: MakeSource,
    body: bytes,
    partial: bool,
    broken: bool,
) -> None:
    site.answers = {"/rss": feed(site, "/a"), "/a": HEAD + b"\r\n" + body}
    site.play = {"/a": reset(site.answers["/a"])} if broken else {}
    await crawling.crawl(source(), memory.desk())
    (found,) = memory.kept
    assert found.article.partial is partial
    assert any("no end" in warning for warning in found.article.warnings) is partial


@pytest.mark.parametrize("encoding", PACKINGS)
async def test_each_packing_is_undone_and_recorded_as_received(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource, encoding: str
) -> None:
    packed = PACKINGS[encoding](BODY)
    site.answers = {"/rss": feed(site, "/a"), "/a": http(packed, Content_Encoding=encoding)}
    await crawling.crawl(source(), memory.desk())
    assert "205 захисників" in memory.kept[0].article.text
    assert memory.kept[0].captures[-1].body == packed


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
@pytest.mark.parametrize("where", ["/rss", "/a"])
async def test_a_packing_that_breaks_off_is_no_whole_answer(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource, encoding: str, where: str
) -> None:
    """Whatever comes out of the first half of a packed page must not pass for the page."""
    long = BODY.replace(b"</article>", b"<p>" + "Розповідають родини. ".encode() * 4000 + b"</p></article>")
    plain = {"/rss": feed(site, "/a").partition(b"\r\n\r\n")[2], "/a": long}
    site.answers = {
        path: http(body, kind="text/html" if path == "/a" else "text/xml") for path, body in plain.items()
    }
    packed = PACKINGS[encoding](plain[where])
    site.answers[where] = http(packed[:-9], Content_Encoding=encoding)
    report = await crawling.crawl(source(), memory.desk())
    assert memory.kept == []
    said = report.error if where == "/rss" else memory.closed[0].detail
    assert f"cut short: its {encoding} breaks off" in str(said)


@pytest.mark.parametrize("encoding", PACKINGS)
async def test_a_packing_that_lies_is_named(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource, encoding: str
) -> None:
    site.answers = {"/rss": feed(site, "/a"), "/a": http(BODY, Content_Encoding=encoding)}
    await crawling.crawl(source(), memory.desk())
    assert memory.closed[0].reason == "protocol"
    assert "is not" in memory.closed[0].detail


@pytest.mark.parametrize("encoding", [*PACKINGS, "gzip, gzip"])
@pytest.mark.parametrize("where", ["/rss", "/bomb"])
async def test_a_bomb_of_any_packing_stops_at_the_limit(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource, encoding: str, where: str
) -> None:
    raw = b"<html>" + b" " * (24 * 1024 * 1024)
    packed = gzip.compress(gzip.compress(raw)) if encoding == "gzip, gzip" else PACKINGS[encoding](raw)
    site.answers = {"/rss": feed(site, "/bomb", title="Погода")}
    site.answers[where] = http(packed, Content_Encoding=encoding)
    report = await crawling.crawl(
        source(limits=Limits(page_bytes=1024 * 1024, feed_bytes=2 * 1024 * 1024)), memory.desk()
    )
    said = report.error if where == "/rss" else memory.closed[0].detail
    assert "bytes unpacked" in str(said)
    assert "too_large" in (memory.reasons() or str(said).replace(" ", "_"))


@pytest.mark.parametrize("where", ["/rss", "/film"])
async def test_a_stream_without_end_is_left_at_the_limit(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource, where: str
) -> None:
    sent: list[int] = []
    site.answers = {"/rss": feed(site, "/film", title="Погода")}
    site.play = {where: endless(HEAD + b"\r\n<html><body>", b"<p>x</p>" * 1000, sent)}
    report = await crawling.crawl(
        source(limits=Limits(page_bytes=200_000, feed_bytes=300_000)), memory.desk()
    )
    limit = 300_000 if where == "/rss" else 200_000
    said = report.error if where == "/rss" else memory.closed[0].detail
    assert f"larger than {limit} bytes; reading stopped there" in str(said)
    assert sum(sent) < 20_000_000  # what the sockets held


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n", b"x" * 5000),
        (HEAD + b"\r\n\x00\x00\x00\x18ftypmp42", b"x" * 5000),
        (HEAD + b"\r\n\x89PNG\r\n", b"x" * 5000),
    ],
    ids=["type", "film named page", "image named page"],
)
async def test_what_is_no_page_is_not_read_to_its_limit(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource, head: bytes, piece: bytes
) -> None:
    sent: list[int] = []
    site.answers = {"/rss": feed(site, "/clip.html", title="Погода")}
    site.play = {"/clip.html": endless(head, piece, sent)}
    await crawling.crawl(source(), memory.desk())
    assert memory.reasons() == ["not_html"]
    assert sum(sent) < 8 * 1024 * 1024


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n", "not an HTTP answer"),
        (b"HTTP/1.1 OK\r\n\r\n", "not an HTTP answer"),
        (HEAD + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n<html>", "not an HTTP answer"),
        (HEAD + b"X-N: 1\r\n" * 5000 + b"\r\n", "headers of more than"),
        (HEAD + b"X-N: " + b"a" * 900_000 + b"\r\n\r\n", "headers of more than"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 2000 + PAGE, "headers of more than"),
        (b"", "closed before the answer was whole"),
    ],
    ids=["SSH", "no status", "two lengths", "5000 headers", "900 KB header", "2000 continues", "nothing"],
)
async def test_what_is_no_http_answer_is_named(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource, answer: bytes, words: str
) -> None:
    site.answers = {"/rss": feed(site, "/odd", "/good", title="Погода"), "/odd": answer, "/good": PAGE}
    report = await crawling.crawl(source(), memory.desk())
    assert memory.reasons() == ["protocol"]
    assert words in memory.closed[0].detail
    assert report.findings == 1


async def test_headers_without_end_fill_no_memory(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    sent: list[int] = []
    site.answers = {"/rss": feed(site, "/odd", title="Погода")}
    site.play = {"/odd": endless(HEAD, b"X-A: b\r\n" * 1000, sent)}
    await crawling.crawl(source(), memory.desk())
    assert memory.reasons() == ["protocol"]
    assert sum(sent) < 20_000_000


@pytest.mark.parametrize(
    "status", ["204 No Content", "206 Partial Content", "302 Found", "205 Reset", "300 Many"]
)
async def test_a_status_that_is_no_page_is_an_error(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource, status: str
) -> None:
    """Half a page that nobody asked for, or a redirect to nowhere."""
    site.answers = {"/rss": feed(site, "/a", title="Погода"), "/a": http(BODY, status=status)}
    await crawling.crawl(source(), memory.desk())
    assert (memory.reasons(), memory.kept) == (["http_error"], [])
    assert memory.closed[0].detail == f"HTTP {status[:3]}"


async def test_forty_redirects_end_after_five_with_the_way_named(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {"/rss": feed(site, "/0", title="Погода")}
    site.answers |= {f"/{n}": http(status="302 Found", Location=f"/{n + 1}") for n in range(40)}
    await crawling.crawl(source(), memory.desk())
    assert site.paths()[-1] == "/5"
    assert f"{site.url}/0 → {site.url}/1" in memory.closed[0].detail


async def test_a_page_that_wants_its_cookie_back_is_a_wall(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {
        "/rss": feed(site, "/a", title="Погода"),
        "/a": http(status="302 Found", Location="/consent", Set_Cookie="seen=1"),
        "/consent": http(status="302 Found", Location="/a", Set_Cookie="agreed=0"),
    }
    await crawling.crawl(source(), memory.desk())
    assert memory.reasons() == ["blocked"]
    assert "wants cookies" in memory.closed[0].detail
    assert not any("Cookie" in one.headers for one in site.asked)


async def test_many_huge_cookies_are_nothing_to_us(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    cookies = b"".join(b"Set-Cookie: c%d=%s\r\n" % (n, b"x" * 2000) for n in range(50))
    answer = PAGE.replace(b"Content-Type", cookies + b"Content-Type", 1)
    site.answers = {"/rss": feed(site, "/a", "/b"), "/a": answer, "/b": answer}
    assert (await crawling.crawl(source(), memory.desk())).findings == 2
    assert not any("Cookie" in one.headers for one in site.asked)


async def test_an_outage_is_one_line_and_its_end_another(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource, capsys: pytest.CaptureFixture[str]
) -> None:
    site.answers = {"/rss": http("x", status="500 Oops")}
    for _ in range(3):
        await crawling.crawl(source(), memory.desk())
    site.answers = {"/rss": feed(site)}
    for _ in range(2):
        await crawling.crawl(source(), memory.desk())
    log = "".join(capsys.readouterr())
    assert (log.count("source_fails"), log.count("source_back")) == (1, 1)
    (line,) = [row for row in log.splitlines() if "source_fails" in row]
    for part in (f"{site.url}/rss", "HTTP 500", "since=", "next_try="):
        assert part in line


async def test_a_host_that_never_ends_its_answers_holds_up_no_other(
    crawling: Crawling, site: Site, source: MakeSource
) -> None:
    slow = Site(play={"/rss": silence()})
    await slow.open()
    site.answers = {"/rss": feed(site, "/a"), "/a": PAGE}
    hanging = asyncio.create_task(
        crawling.crawl(source(id="slow", url=f"{slow.url}/rss", limits=Limits(seconds=3)), Memory().desk())
    )
    report = await crawling.crawl(source(), Memory().desk())
    assert report.findings == 1
    assert not hanging.done()
    hanging_report = await hanging
    assert "no complete answer in time" in (hanging_report.error or "")
    assert slow.server
    slow.server.close()


async def test_a_slow_outlet_is_asked_for_its_list_again_before_all_its_pages_are_read(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a poll has no time for waits, untried, for the next one."""
    monkeypatch.setattr(failures, "POLL_SECONDS", 0.6)
    paths = [f"/{n}" for n in range(40)]
    site.answers = {"/rss": feed(site, *paths)}
    site.play = {path: drip(PAGE, first=len(PAGE) - 4, pause=0.05) for path in paths}
    report = await crawling.crawl(source(delay=0.1), memory.desk())
    assert report.outcome is Outcome.STORED
    left = [one for one in memory.leads.values() if one.attempts >= 0]
    assert 0 < len(memory.kept) < 40
    assert len(left) + len(memory.kept) == 40
    assert all(one.attempts == 0 for one in left)
    assert memory.closed == []
    assert "some pages wait" in (memory.state.notice or "")


async def test_a_channel_without_end_is_walked_twenty_pages_a_poll(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    def preview(number: int) -> bytes:
        post = f'<div class="tgme_widget_message" data-post="c/{number}"><div class="js-message_text">Погода</div></div>'
        return http(f'<html class="tgme_x"><link rel="prev" href="/s/c?before={number}">{post}</html>')

    site.answers = {"/s/c": preview(100_000)}
    site.answers |= {f"/s/c?before={n}": preview(n - 1) for n in range(99_900, 100_001)}
    memory.state = SourceState(last_post=1)
    await crawling.crawl(source(type=SourceType.TELEGRAM, url=f"{site.url}/s/c"), memory.desk())
    assert len(site.paths()) == 1 + 20
    assert "cut after 20 pages" in (memory.state.notice or "")


async def test_no_more_pages_are_asked_for_in_a_poll_than_the_config_allows(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {"/rss": feed(site, *(f"/calendar?day={n}" for n in range(30)))}
    await crawling.crawl(source(limits=Limits(pages=7)), memory.desk())
    assert len(site.paths()) == 2 + 7


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120),
        ("-5", None),
        ("31536000", 24 * 3600),
        ("Thu, 01 Jan 2099 00:00:00 GMT", 24 * 3600),
        ("soon", 300),
    ],
)
async def test_a_pause_is_kept_as_asked_up_to_a_day(
    crawling: Crawling, memory: Memory, source: MakeSource, asked: str, seconds: float | None
) -> None:
    busy = Site(host="127.0.0.4")  # a hold outlives the test
    await busy.open()
    answer = http("x", status="429 Slow", Retry_After=asked)
    busy.answers = {"/rss": answer}
    report = await crawling.crawl(source(url=f"{busy.url}/rss"), memory.desk())
    assert len(busy.asked) <= 3
    until = memory.state.not_before
    assert until is not None
    assert abs((until - report.finished).total_seconds() - (seconds or 0)) < 5
    assert busy.server
    busy.server.close()


async def test_a_proxy_gets_its_password_and_nobody_else(
    workers: Workers,
    crawling: Crawling,
    nameserver: NameServer,
    site: Site,
    memory: Memory,
    source: MakeSource,
) -> None:
    site.answers = {
        f"http://outlet.test/{name}": answer
        for name, answer in (("rss", feed(site)), ("robots.txt", http("")))
    }
    here = source(url="http://outlet.test/rss", proxy=site.url.replace("//", "//desk:s%40cret@"))
    async with asking(workers, nameserver, "127.0.0.1") as running:
        assert (await running.crawl(here, memory.desk())).error is None
    assert {one.headers["Proxy-Authorization"] for one in site.asked} == {"Basic ZGVzazpzQGNyZXQ="}
