"""robots.txt that is away, huge, odd or elsewhere: what is not allowed is never asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Limits, Source
from crawler.spiders import AddressRules, Crawling, Politeness, Workers
from crawler.spiders.gate import MAX_CRAWL_DELAY
from crawler.spiders.robots import RobotsAnswer, rules_from
from tests.crawler.spiders.conftest import Memory
from tests.crawler.spiders.site import PAGE, Site, feed, http, silence

MakeSource = Callable[..., Source]
NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


def robots(*lines: str) -> bytes:
    return http("\n".join(lines), kind="text/plain")


NO_WAR = robots("User-agent: *", "Disallow: /war/")


@dataclass(slots=True)
class LongLived:
    """A crawling process that lives for weeks of its clock."""

    crawling: Crawling | None = None
    now: datetime = NOW

    async def poll(self, source: Source, *, hours: float = 0) -> Memory:
        self.now += timedelta(hours=hours)
        memory = Memory()
        assert self.crawling is not None
        await self.crawling.crawl(source, memory.desk())
        return memory


@pytest_asyncio.fixture(loop_scope="session")
async def job(workers: Workers, crawling: Crawling) -> AsyncIterator[LongLived]:
    made = LongLived()
    politeness = Politeness(user_agent="swapwatch/1.0 (+mailto:desk@news.example) other-bot", delay=0.0)
    rules = AddressRules(["127.0.0.1"])
    async with Crawling(
        politeness=politeness, workers=workers, rules=rules, clock=lambda: made.now
    ) as running:
        made.crawling = running
        yield made


@pytest.mark.parametrize("fault", ["500", "hang"])
async def test_a_good_copy_binds_through_an_outage_and_no_further_than_thirty_days(
    job: LongLived, site: Site, source: MakeSource, fault: str
) -> None:
    here = source(limits=Limits(seconds=0.4))
    site.answers = {"/robots.txt": NO_WAR, "/rss": feed(site, "/war/1", "/a"), "/a": PAGE, "/war/1": PAGE}
    await job.poll(here)
    if fault == "hang":
        site.play = {"/robots.txt": silence()}
    else:
        site.answers["/robots.txt"] = http("x", status="500 Oops")
    for hours in (25, 24 * 20):
        memory = await job.poll(here, hours=hours)
        assert [found.article.address.rpartition("/")[2] for found in memory.kept if found.captures] == ["a"]
    memory = await job.poll(here, hours=24 * 12)
    assert memory.report is not None
    assert "robots.txt" in (memory.report.error or "")
    assert "/war/1" not in site.paths()


async def test_a_change_of_rules_is_seen_within_a_day(job: LongLived, site: Site, source: MakeSource) -> None:
    site.answers = {"/robots.txt": robots(""), "/rss": feed(site, "/war/1"), "/war/1": PAGE}
    assert (await job.poll(source())).kept[0].captures
    site.answers["/robots.txt"] = NO_WAR
    for _ in range(5):
        await job.poll(source(), hours=4)
    assert site.paths().count("/robots.txt") == 1
    memory = await job.poll(source(), hours=5)
    assert site.paths().count("/robots.txt") == 2
    assert not memory.kept[0].captures


async def test_what_comes_back_is_noticed_within_minutes(
    job: LongLived, site: Site, source: MakeSource
) -> None:
    site.answers = {"/robots.txt": http("x", status="503 Busy"), "/rss": feed(site, "/a"), "/a": PAGE}
    await job.poll(source())
    site.answers["/robots.txt"] = NO_WAR
    assert (await job.poll(source(), hours=0.2)).kept


async def test_a_crawl_delay_is_kept_and_an_absurd_one_is_cut_and_told(
    job: LongLived, site: Site, source: MakeSource, capsys: pytest.CaptureFixture[str]
) -> None:
    site.answers = {
        "/robots.txt": robots("User-agent: *", "Crawl-delay: 1"),
        "/rss": feed(site, "/a", "/b"), "/a": PAGE, "/b": PAGE,
    }  # fmt: skip
    await job.poll(source())
    times = [one.at for one in site.asked]
    assert min(later - sooner for sooner, later in pairwise(times[1:])) >= 0.97
    other = Site(answers={"/robots.txt": robots("User-agent: *", "Crawl-delay: 86400")})
    await other.open()
    assert job.crawling is not None
    gate = job.crawling.gate
    waiting = asyncio.create_task(job.poll(source(id="slow", url=f"{other.url}/rss")))
    while not gate._asked.get(gate.key(other.url)):  # noqa: ASYNC110 - until robots.txt was read
        await asyncio.sleep(0.02)
    assert gate._asked[gate.key(other.url)] == MAX_CRAWL_DELAY
    gate.close()
    await waiting
    assert "crawl_delay_capped" in "".join(capsys.readouterr())
    assert other.server
    other.server.close()


@pytest.mark.parametrize("packed", [False, True])
async def test_of_five_megabytes_the_first_500_kib_bind_and_cost_little(
    job: LongLived, site: Site, source: MakeSource, packed: bool
) -> None:
    import gzip

    lines = b"".join(b"Disallow: /section-%d/*/page-%d$\n" % (n, n) for n in range(150_000))
    body = b"User-agent: *\nDisallow: /war/\n" + lines + b"Disallow: /\n"
    site.answers = {"/rss": feed(site, "/war/1", "/a"), "/a": PAGE, "/war/1": PAGE}
    site.answers["/robots.txt"] = (
        http(gzip.compress(body), kind="text/plain", Content_Encoding="gzip")
        if packed
        else http(body, kind="text/plain")
    )
    memory = await job.poll(source())
    assert [bool(found.captures) for found in memory.kept] == [False, True]
    assert "/war/1" not in site.paths()
    began = time.process_time()
    rules = rules_from(RobotsAnswer(status=200, body=body), now=NOW, last=None)
    assert not rules.allow(f"{site.url}/war/1")
    assert time.process_time() - began < 5  # measured 0.6 s; a machine under load takes its time


async def test_redirects_of_robots_lead_to_rules_for_the_host_that_was_asked(
    job: LongLived, site: Site, source: MakeSource
) -> None:
    site.answers = {f"/hop{n}": http(status="301 Moved", Location=f"/hop{n + 1}") for n in range(1, 4)}
    site.answers |= {
        "/robots.txt": http(status="301 Moved", Location="/hop1"), "/hop4": NO_WAR,
        "/rss": feed(site, "/war/1", "/a"), "/a": PAGE, "/war/1": PAGE,
    }  # fmt: skip
    memory = await job.poll(source())
    assert [bool(found.captures) for found in memory.kept] == [False, True]


async def test_robots_that_lead_in_circles_allow_nothing(
    job: LongLived, site: Site, source: MakeSource
) -> None:
    site.answers = {"/robots.txt": http(status="301 Moved", Location="/robots.txt"), "/rss": feed(site, "/a")}
    memory = await job.poll(source())
    assert memory.report is not None
    assert "more than 5 redirects" in (memory.report.error or "")
    assert "/rss" not in site.paths()


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        (("User-agent: swapwatch", "Disallow: /", "User-agent: *", "Allow: /"), False),
        (("User-agent: SwapWatch", "Disallow: /"), False),
        (("User-agent: SWAPWATCH/9.9", "Disallow: /"), False),
        (("User-agent: a", "User-agent: swapwatch", "User-agent: b", "Disallow: /"), False),
        (("User-agent: *", "Disallow: /", "User-agent: swapwatch", "Disallow: /war/"), True),
        (("User-agent: other-bot", "Disallow: /"), True),
        (("User-agent: mailto", "Disallow: /"), True),
        (("User-agent: swapwatcher", "Disallow: /"), True),
        (("User-agent: swapwatch", "Disallow: /x", "User-agent: swapwatch", "Disallow: /rss"), False),
        (("Disallow: /", "User-agent: nobody", "Disallow: /"), True),
    ],
)  # fmt: skip
async def test_we_are_known_by_our_token_and_nothing_else(
    job: LongLived, site: Site, source: MakeSource, lines: tuple[str, ...], asked: bool
) -> None:
    site.answers = {"/robots.txt": robots(*lines), "/rss": feed(site, "/a"), "/a": PAGE}
    await job.poll(source())
    assert ("/rss" in site.paths()) is asked


@given(st.binary(max_size=2000), st.text(alphabet="UuserSs-agentDdilow: /*$#\r\n\x00%?&é", max_size=300))
def test_no_file_breaks_the_reading_of_rules(body: bytes, text: str) -> None:
    for raw in (body, b"User-agent: *\nDisallow: " + body, text.encode()):
        rules = rules_from(RobotsAnswer(status=200, body=raw), now=NOW, last=None)
        assert rules.allow("https://news.example/war/1?a=%") in (True, False)
        rules.crawl_delay()
        rules.sitemaps()
