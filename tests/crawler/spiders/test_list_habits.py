"""What a crawl counts of a list, so that a change of its habits shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from crawler.model import Source
from crawler.spiders import Crawling
from tests.crawler.spiders.conftest import Memory
from tests.crawler.spiders.site import Site, feed, http

MakeSource = Callable[..., Source]


async def test_entries_titles_and_bytes_are_counted(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    answer = feed(site, "/a", "/b", title="Обмін полоненими відбувся, їх зустріли вдома")
    site.answers = {"/rss": answer}
    report = await crawling.crawl(source(), memory.desk())
    assert (report.entries, report.languages) == (2, (("uk", 2),))
    assert report.kilobytes >= 1
    assert memory.state.last_new == report.finished


async def test_dates_of_the_future_and_dates_nobody_can_read_are_counted(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    ahead = (crawling.clock() + timedelta(hours=12)).strftime("%Y-%m-%dT%H:%M:%SZ")
    items = "".join(
        f"<item><title>t</title><link>{site.url}/{number}</link><pubDate>{date}</pubDate></item>"
        for number, date in enumerate([ahead, "2099-01-01T00:00:00Z", "soon", "2026-01-02T03:04:05Z"])
    )
    site.answers = {
        "/rss": http(f"<rss version='2.0'><channel>{items}</channel></rss>", kind="application/rss+xml")
    }
    report = await crawling.crawl(source(), memory.desk())
    assert (report.entries, report.dates_ahead, report.dates_unread) == (4, 1, 2)


async def test_a_list_that_moved_on_further_than_it_shows_is_noticed(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    """The first reading is all new, and so is the next one of a list that keeps too few entries."""
    site.answers = {"/rss": feed(site, *(f"/a{number}" for number in range(5)))}
    assert (await crawling.crawl(source(), memory.desk())).overflows == 0
    site.answers = {"/rss": feed(site, *(f"/b{number}" for number in range(5))).replace(b'"1"', b'"2"')}
    assert (await crawling.crawl(source(), memory.desk())).overflows == 1
    mixed = feed(site, "/b4", *(f"/c{number}" for number in range(5))).replace(b'"1"', b'"3"')
    site.answers = {"/rss": mixed}
    assert (await crawling.crawl(source(), memory.desk())).overflows == 0
