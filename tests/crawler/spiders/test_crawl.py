"""Crawls against a real server: every outcome is named, nothing reaches where it must not."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from crawler.model import Keep, Limits, Outcome, Robots, Source, Tls
from crawler.spiders import Crawling
from tests.crawler.spiders.conftest import Memory
from tests.crawler.spiders.site import PAGE, Site, feed, http

MakeSource = Callable[..., Source]


async def test_a_feeds_pages_are_fetched_and_kept(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {
        "/rss": feed(site, "/a", "/b"),
        "/a": PAGE,
        "/b": http(
            "<html><body><h1>Обмін валют</h1><p>Обмін валют на завтра: курс гривні до долара й євро знову змінився, кажуть у банку.</p><p>Удень обмінники обіцяють кращі умови, але лише для великих сум.</p></body></html>"
        ),
    }
    report = await crawling.crawl(source(), memory.desk())
    assert (report.outcome, report.leads_new, report.fetched, report.findings) == (Outcome.STORED, 2, 2, 1)
    assert memory.reasons() == ["off_topic"]
    (found,) = memory.kept
    assert found.captures[-1].status == 200
    assert found.captures[-1].ip == "127.0.0.1"
    assert site.paths()[:2] == ["/robots.txt", "/rss"]


async def test_we_say_who_we_are(crawling: Crawling, site: Site, memory: Memory, source: MakeSource) -> None:
    await crawling.crawl(source(), memory.desk())
    assert {one.headers["User-Agent"] for one in site.asked} == {"swapwatch/test (+tests@swapwatch.invalid)"}


async def test_an_unchanged_list_is_asked_for_with_its_validator(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {"/rss": feed(site, "/a"), "/a": PAGE}
    await crawling.crawl(source(), memory.desk())
    report = await crawling.crawl(source(), memory.desk())
    assert report.outcome is Outcome.UNCHANGED
    assert site.asked[-1].headers["If-None-Match"] == '"1"'


async def test_a_304_that_nobody_asked_for_is_an_error(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {"/rss": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n"}
    assert (await crawling.crawl(source(), memory.desk())).outcome is Outcome.ERROR


async def test_a_page_behind_robots_is_never_asked_for_and_kept_from_the_feed(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    robots = http("User-agent: *\nDisallow: /a", kind="text/plain")
    site.answers = {"/robots.txt": robots, "/rss": feed(site, "/a"), "/a": PAGE}
    await crawling.crawl(source(), memory.desk())
    assert "/a" not in site.paths()
    assert memory.kept[0].article.from_feed


@pytest.mark.parametrize("status", ["500 Oops", "503 Busy", "429 Slow down"])
async def test_robots_that_fail_mean_no(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource, status: str
) -> None:
    site.answers = {"/robots.txt": http(status=status), "/rss": feed(site, "/a")}
    report = await crawling.crawl(source(), memory.desk())
    assert report.error is not None
    assert "robots" in report.error
    assert "/rss" not in site.paths()


async def test_robots_bind_the_feed_unless_the_config_says_otherwise(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {
        "/robots.txt": http("User-agent: swapwatch\nDisallow: /rss", kind="text/plain"),
        "/rss": feed(site, "/a"),
        "/a": PAGE,
    }
    assert (await crawling.crawl(source(), memory.desk())).outcome is Outcome.ERROR
    assert (await crawling.crawl(source(robots=Robots.IGNORE_FEED), memory.desk())).findings == 1


async def test_one_robots_fetch_serves_all_pages_and_polls(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {"/rss": feed(site, "/a", "/b", "/c"), "/a": PAGE, "/b": PAGE, "/c": PAGE}
    for _ in range(2):
        await crawling.crawl(source(), memory.desk())
    assert site.paths().count("/robots.txt") == 1


@pytest.mark.parametrize(
    "spelling",
    ["http://127.0.0.66:{port}/x", "http://2130706498:{port}/x", "http://0x7f000042:{port}/x", "http://0177.0.0.102:{port}/x",
     "http://127.66:{port}/x", "http://[::ffff:127.0.0.66]:{port}/x", "http://user@127.0.0.66:{port}/x"],
)  # fmt: skip
@pytest.mark.parametrize("way", ["link", "redirect"])
async def test_nobody_leads_us_to_a_private_address(
    crawling: Crawling, site: Site, canary: Site, memory: Memory, source: MakeSource, spelling: str, way: str
) -> None:
    target = spelling.format(port=canary.port)
    site.answers = {
        "/go": http(status="302 Found", Location=target),
        "/rss": feed(site, target if way == "link" else "/go"),
    }
    await crawling.crawl(source(), memory.desk())
    assert canary.connections == 0
    assert not any(found.captures for found in memory.kept)


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "ftp://127.0.0.1/x"]
)
async def test_redirects_to_other_schemes_are_not_followed(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource, target: str
) -> None:
    site.answers = {
        "/rss": feed(site, "/go", title="Погода"),
        "/go": http(status="302 Found", Location=target),
    }
    await crawling.crawl(source(), memory.desk())
    assert len(memory.closed) == 1
    assert memory.kept == []


async def test_a_redirect_loop_ends_after_five_hops(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {"/rss": feed(site, "/a", title="Погода"), "/a": http(status="302 Found", Location="/a")}
    await crawling.crawl(source(), memory.desk())
    assert site.paths().count("/a") == 6
    assert memory.closed[0].detail == f"more than 5 redirects: {' → '.join([f'{site.url}/a'] * 6)}"


async def test_redirects_are_part_of_the_evidence(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {
        "/rss": feed(site, "/old"),
        "/old": http(status="301 Moved", Location="/new"),
        "/new": PAGE,
    }
    await crawling.crawl(source(), memory.desk())
    assert [one.status for one in memory.kept[0].captures] == [301, 200]


async def test_an_article_that_leads_to_the_front_page_is_not_the_front_page(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {
        "/rss": feed(site, "/gone", title="Погода"),
        "/gone": http(status="302 Found", Location="/"),
        "/": PAGE,
    }
    await crawling.crawl(source(), memory.desk())
    assert memory.reasons() == ["redirected_away"]


async def test_secret_headers_stay_with_their_host(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    other = Site(host="127.0.0.4", answers={"/b": PAGE})
    await other.open()
    site.answers = {"/rss": feed(site, "/a"), "/a": http(status="302 Found", Location=f"{other.url}/b")}
    await crawling.crawl(source(headers=(("X-Token", "canary"),)), memory.desk())
    assert all(one.headers.get("X-Token") == "canary" for one in site.asked)
    assert [one.headers.get("X-Token") for one in other.asked if one.path == "/b"] == [None]
    assert all(
        "canary" not in str(capture.request_headers) for found in memory.kept for capture in found.captures
    )


async def test_a_host_that_asks_for_a_pause_gets_it(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {"/rss": feed(site, *[f"/{n}" for n in range(5)])}
    site.answers |= {f"/{n}": http(status="429 Too Many", Retry_After="3600") for n in range(5)}
    await crawling.crawl(source(), memory.desk())
    assert set(memory.reasons()) == {"rate_limited"}
    assert all(one.retry for one in memory.closed)
    assert memory.state.not_before is not None
    asked = len(site.asked)
    await crawling.crawl(source(), memory.desk())
    assert len(site.asked) == asked


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
async def test_an_encoding_that_lies_costs_one_page(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource, encoding: str
) -> None:
    site.answers = {
        "/rss": feed(site, "/lie", "/a", title="Погода"),
        "/a": PAGE,
        "/lie": http(b"not packed", Content_Encoding=encoding),
    }
    report = await crawling.crawl(source(), memory.desk())
    assert report.findings == 1
    assert len(memory.closed) == 1


async def test_a_bomb_stops_at_the_limit(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    bomb = gzip.compress(b"<html>" + b"\0" * (20 * 1024 * 1024))
    site.answers = {"/rss": feed(site, "/bomb", title="Погода"), "/bomb": http(bomb, Content_Encoding="gzip")}
    await crawling.crawl(source(limits=Limits(page_bytes=1024 * 1024)), memory.desk())
    assert memory.reasons() == ["too_large"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n<html>cut", "protocol"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "protocol"),
        (b"", "protocol"),
        (http("x", status="500 Oops"), "http_error"),
        (http("x", status="403 No"), "blocked"),
        (http("x", status="404 None"), "gone"),
        (http("x", status="410 Gone"), "gone"),
        (http(b"%PDF-1.7", kind="application/pdf"), "not_html"),
        (http("<html><body></body></html>"), "no_text"),
        (http("<html><title>Just a moment...</title><body>Checking your browser</body></html>"), "blocked"),
    ],
)
async def test_each_bad_page_has_its_reason(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource, answer: bytes, reason: str
) -> None:
    site.answers = {"/rss": feed(site, "/bad", "/good", title="Погода"), "/good": PAGE, "/bad": answer}
    report = await crawling.crawl(source(), memory.desk())
    assert memory.reasons() == [reason]
    assert report.findings == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (http("<html><title>Вхід</title></html>"), "not a feed (HTML): page title «Вхід»"),
        (http(""), "empty answer"),
        (http("x", status="410 Gone"), "HTTP 410"),
        (http("x", status="503 Busy"), "HTTP 503"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<rss>", "cut short"),
    ],
)
async def test_each_bad_list_is_a_named_error(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource, answer: bytes, words: str
) -> None:
    site.answers = {"/rss": answer}
    report = await crawling.crawl(source(), memory.desk())
    assert report.outcome is Outcome.ERROR
    assert words in (report.error or "")
    assert memory.state.failures == 1
    assert memory.state.failing_since is not None


async def test_a_refused_connection_is_an_error_that_counts_up(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    assert site.server is not None
    site.server.close()
    await site.server.wait_closed()
    for failures in (1, 2):
        report = await crawling.crawl(source(), memory.desk())
        assert not report.reached
        assert memory.state.failures == failures
        assert "refused" in (report.error or "")


async def test_the_fallback_is_asked_when_the_list_fails(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {"/rss": http("x", status="404 None"), "/other": feed(site, "/a"), "/a": PAGE}
    report = await crawling.crawl(source(fallback=f"{site.url}/other"), memory.desk())
    assert report.findings == 1
    assert "HTTP 404" in (report.error or "")


async def test_a_titles_only_source_fetches_no_page(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {"/rss": feed(site, "/a"), "/a": PAGE}
    await crawling.crawl(source(keep=Keep.TITLE), memory.desk())
    assert "/a" not in site.paths()
    assert memory.kept[0].article.from_feed


async def test_two_sources_on_one_host_share_its_gap(
    crawling: Crawling, site: Site, source: MakeSource
) -> None:
    site.answers = {"/one": feed(site, "/a"), "/two": feed(site, "/b"), "/a": PAGE, "/b": PAGE}
    both = [source(id=name, url=f"{site.url}/{name}", delay=0.8) for name in ("one", "two")]
    await asyncio.gather(*(crawling.crawl(one, Memory().desk()) for one in both))
    times = sorted(one.at for one in site.asked)
    assert len(times) >= 5
    assert min(later - sooner for sooner, later in pairwise(times)) >= 0.76


async def test_a_lead_is_tried_five_times_before_its_feed_must_do(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {"/rss": feed(site, "/a"), "/a": http("x", status="500 Oops")}
    for _ in range(5):
        memory.state = replace(memory.state, etag=None, body_sha256=None)
        await crawling.crawl(source(), memory.desk())
    assert memory.reasons() == ["http_error"] * 4
    assert memory.kept[0].article.from_feed


async def test_sitemap_indexes_are_followed(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    from crawler.model import SourceType

    head = '<?xml version="1.0"?><{0} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{1}</{0}>'
    index = head.format(
        "sitemapindex",
        f"<sitemap><loc>{site.url}/1.xml</loc></sitemap><sitemap><loc>{site.url}/2.xml</loc></sitemap>",
    )
    site.answers = {"/index.xml": http(index, kind="application/xml"), "/a": PAGE, "/b": PAGE}
    for name, page in (("/1.xml", "/a"), ("/2.xml", "/b")):
        site.answers[name] = http(
            head.format("urlset", f"<url><loc>{site.url}{page}</loc></url>"), kind="application/xml"
        )
    report = await crawling.crawl(source(type=SourceType.SITEMAP, url=f"{site.url}/index.xml"), memory.desk())
    assert (report.leads_new, report.findings) == (2, 2)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate and its key, made by the system's openssl."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed: no certificate can be made")
    path = tmp_path / "both.pem"
    command = [
        openssl,
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=127.0.0.1",
    ]
    subprocess.run(
        [*command, "-keyout", path, "-out", tmp_path / "cert.pem"], check=True, capture_output=True
    )
    path.write_bytes(path.read_bytes() + (tmp_path / "cert.pem").read_bytes())
    return path


@pytest.mark.parametrize(("tls", "findings"), [(Tls.VERIFY, 0), (Tls.UNVERIFIED, 1)])
async def test_a_certificate_that_does_not_verify_is_refused_unless_the_config_says_otherwise(
    crawling: Crawling, memory: Memory, source: MakeSource, certificate: Path, tls: Tls, findings: int
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    secure = Site(answers={"/a": PAGE})
    secure.server = await asyncio.start_server(secure.serve, "127.0.0.1", 0, ssl=context)
    secure.port = secure.server.sockets[0].getsockname()[1]
    url = secure.url.replace("http:", "https:")
    secure.answers["/rss"] = feed(secure, f"{url}/a")
    report = await crawling.crawl(source(url=f"{url}/rss", tls=tls), memory.desk())
    assert report.findings == findings
    assert ("/rss" in secure.paths()) is bool(findings)
    secure.server.close()


async def test_a_server_that_never_answers_costs_its_time_and_no_more(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    report = await crawling.crawl(
        source(url=f"http://127.0.0.1:{port}/rss", limits=Limits(seconds=0.5)), memory.desk()
    )
    assert report.outcome is Outcome.ERROR
    assert "robots" in (report.error or "")
    silent.close()


async def test_a_page_waits_while_robots_txt_is_broken(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {
        "/robots.txt": http(status="503 Service Unavailable"),
        "/rss": feed(site, "/a"),
        "/a": PAGE,
    }
    await crawling.crawl(source(robots=Robots.IGNORE_FEED), memory.desk())
    assert "/a" not in site.paths()
    (skip,) = memory.closed
    assert (skip.reason, skip.detail, skip.retry) == ("robots", "robots.txt answered 503", True)


async def test_a_host_without_an_address_is_named_as_such(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    report = await crawling.crawl(source(url="http://nowhere.invalid/rss"), memory.desk())
    assert report.error == "unreachable: robots.txt: no such host (DNS)"
