"""Looking for the lists of an outlet on loopback: found, judged, sampled, and never pushy."""

from __future__ import annotations

from collections.abc import Callable

from crawler.model import Article, Skipped, SkipReason, Source, SourceType
from crawler.spiders import Crawling
from tests.crawler.spiders.site import PAGE, Site, http

MakeSource = Callable[..., Source]

TITLE = "Обмін полоненими відбувся, їх зустріли"


def dated_feed(site: Site, *, count: int = 8, text: str = "") -> bytes:
    """A feed with an entry each hour."""
    items = "".join(
        f"<item><title>{TITLE}</title><link>{site.url}/story-{hour}</link><description>{text}</description>"
        f"<pubDate>Thu, 05 Mar 2026 {hour:02}:00:00 +0200</pubDate></item>"
        for hour in range(count)
    )
    return http(
        f"<rss version='2.0'><channel><title>Слово</title>{items}</channel></rss>", kind="application/rss+xml"
    )


def front(site: Site, head: str = "", body: str = "") -> bytes:
    return http(f"<html><head><title>Слово</title>{head}</head><body>{body}<p>Новини дня</p></body></html>")


async def test_a_feed_that_the_front_page_names_is_found_and_sampled(
    crawling: Crawling, site: Site, source: MakeSource
) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/export.xml">'
    site.answers = {"/": front(site, link), "/export.xml": dated_feed(site), "/story-7": PAGE}
    found = await crawling.probe(source(url=f"{site.url}/", type=SourceType.AUTO))
    best = found.lists[0]
    assert (best.url, best.format, best.entries, best.dated, best.title) == (
        f"{site.url}/export.xml", "rss", 8, 8, "Слово",
    )  # fmt: skip
    assert best.a_day == 24
    assert best.zone_known
    assert best.languages == (("uk", 8),)
    assert best.charset == "utf-8"
    assert not best.full_text
    first, *others = found.samples
    assert isinstance(first.outcome, Article)
    assert "205 захисників" in first.outcome.text
    assert [type(one.outcome) for one in others] == [Skipped, Skipped]
    assert "/rss" not in site.paths(), "custom is not tried where a feed was found"


async def test_robots_names_a_news_sitemap_and_its_rules_are_kept(
    crawling: Crawling, site: Site, source: MakeSource
) -> None:
    robots = f"User-agent: *\nDisallow: /rss\nCrawl-delay: 0.1\nSitemap: {site.url}/news.xml\n"
    rows = "".join(
        f"<url><loc>{site.url}/a-{n}</loc><news:news><news:publication_date>2026-03-05T0{n}:00:00Z</news:publication_date>"
        f"<news:title>{TITLE}</news:title></news:news></url>"
        for n in range(3)
    )
    sitemap = f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>{rows}</urlset>"
    site.answers = {
        "/robots.txt": http(robots, kind="text/plain"),
        "/": front(site, body='<a href="/rss">RSS</a>'),
        "/news.xml": http(sitemap, kind="application/xml"),
        "/a-2": PAGE,
    }
    found = await crawling.probe(source(url=f"{site.url}/", type=SourceType.AUTO))
    assert [one.format for one in found.lists] == ["news_sitemap"]
    assert found.crawl_delay == 0.1
    assert "/rss" not in site.paths()
    assert {(one.url, one.reason) for one in found.failed} >= {(f"{site.url}/rss", SkipReason.ROBOTS)}


async def test_custom_is_tried_where_nothing_is_named(
    crawling: Crawling, site: Site, source: MakeSource
) -> None:
    site.answers = {"/": front(site), "/feed": dated_feed(site, text="слово " * 200)}
    found = await crawling.probe(source(url=f"{site.url}/", type=SourceType.AUTO))
    assert found.lists[0].url == f"{site.url}/feed"
    assert found.lists[0].full_text
    assert len(site.paths()) < 20


async def test_a_feed_itself_is_its_own_best_list(crawling: Crawling, site: Site, source: MakeSource) -> None:
    site.answers = {"/moved": http(status="301 Moved", Location="/rss"), "/rss": dated_feed(site)}
    found = await crawling.probe(source(url=f"{site.url}/moved", type=SourceType.AUTO))
    assert found.lists[0].url == f"{site.url}/rss"


async def test_an_outlet_that_is_away_says_why(crawling: Crawling, source: MakeSource) -> None:
    found = await crawling.probe(source(url="http://127.0.0.1:9/", type=SourceType.AUTO))
    assert found.lists == ()
    assert "connection refused" in found.failed[0].detail


async def test_a_private_address_is_not_asked(crawling: Crawling, canary: Site, source: MakeSource) -> None:
    found = await crawling.probe(source(url=f"{canary.url}/", ports=(canary.port,), type=SourceType.AUTO))
    assert found.lists == ()
    assert canary.connections == 0


async def test_the_charset_is_the_one_it_is_written_in(
    crawling: Crawling, site: Site, source: MakeSource
) -> None:
    item = f"<item><title>{TITLE}, про це повідомив штаб</title><link>{site.url}/a</link></item>"
    body = f"<rss version='2.0'><channel>{item}</channel></rss>".encode("cp1251")
    site.answers = {"/rss": http(body, kind="application/rss+xml; charset=utf-8")}
    found = await crawling.probe(source(), only_its_list=True)
    assert (found.lists[0].charset, found.lists[0].entries) == ("cp1251", 1)
