"""What only a list said: its entries stay apart, and the list itself is kept where it matters."""

from __future__ import annotations

from collections.abc import Callable

from crawler.model import Source
from crawler.spiders import Crawling
from tests.crawler.spiders.conftest import Memory
from tests.crawler.spiders.site import PAGE, Site, feed, http

MakeSource = Callable[..., Source]


def linkless(*titles: str) -> bytes:
    items = "".join(
        f"<item><title>{title}</title><description>Додому повернулися {n} захисників, сказав речник.</description></item>"
        for n, title in enumerate(titles, start=12)
    )
    return http(
        f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>', kind="application/rss+xml"
    )


async def test_entries_without_a_link_stay_apart_and_say_they_are_the_feeds_words(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {"/rss": linkless("Обмін полоненими: перший", "Обмін полоненими: другий")}
    report = await crawling.crawl(source(), memory.desk())
    assert (report.leads_new, report.findings) == (2, 2)
    assert len({found.article.address for found in memory.kept}) == 2
    assert all(found.article.from_feed for found in memory.kept)


async def test_the_list_that_named_a_finding_is_kept_once_and_only_where_it_matters(
    crawling: Crawling, site: Site, memory: Memory, source: MakeSource
) -> None:
    site.answers = {"/rss": feed(site, "/a", "/b"), "/a": PAGE, "/b": PAGE}
    await crawling.crawl(source(), memory.desk())
    assert [one.url for one in memory.archived] == [f"{site.url}/rss"]
    assert memory.archived[0].body.startswith(b"<rss")
    assert set(memory.evidence.values()) == {1}
    other = Memory()
    site.answers = {"/rss": feed(site, "/c", title="Погода на завтра"), "/c": http(status="404 Not Found")}
    await crawling.crawl(source(id="t"), other.desk())
    assert (other.archived, other.reasons()) == ([], ["gone"])
