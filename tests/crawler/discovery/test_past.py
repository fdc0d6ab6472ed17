"""What belongs to a range of days: lists and articles by what they and their addresses say."""

from datetime import UTC, date, datetime

import pytest

from crawler.discovery.past import Days, archive_lists, leads_within, lists_within, span_in
from crawler.model import Discovered, Lead

MARCH = Days(since=date(2025, 3, 1), until=date(2025, 3, 31))


def lead(url: str, *, published: datetime | None = None, updated: datetime | None = None) -> Lead:
    return Lead(source_id="s", url=url, seen_in="l", published=published, updated=updated)


def day(year: int, month: int, number: int) -> datetime:
    return datetime(year, month, number, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "span"),
    [
        ("https://o.example/2025/03/05/story", (date(2025, 3, 5), date(2025, 3, 5))),
        ("https://o.example/sitemap-2025-03.xml", (date(2025, 3, 1), date(2025, 3, 31))),
        ("https://o.example/sitemap202403.xml.gz", (date(2024, 3, 1), date(2024, 3, 31))),
        ("https://o.example/sitemap_2024.xml", (date(2024, 1, 1), date(2024, 12, 31))),
        ("https://o.example/map?yyyy=2025&mm=03&dd=09", (date(2025, 3, 9), date(2025, 3, 9))),
        ("https://o.example/sitemap-3.xml", None),
        ("https://o.example/story-120250305", None),
        ("https://o.example/2025/02/30/x", None),
    ],
)
def test_days_that_an_address_names(url: str, span: tuple[date, date] | None) -> None:
    assert span_in(url) == span


def test_sitemaps_of_an_index_that_cannot_hold_the_range_are_left_out() -> None:
    found = Discovered(
        format="sitemap_index",
        leads=(),
        children=(
            "https://o.example/a.xml",
            "https://o.example/old.xml",
            "https://o.example/2026-01.xml",
            "https://o.example/b.xml",
        ),
        changed=(day(2026, 1, 1), day(2025, 1, 1), day(2026, 2, 1), None),
    )
    assert lists_within(found, MARCH) == ("https://o.example/a.xml", "https://o.example/b.xml")


def test_older_posts_are_read_until_a_whole_page_is_too_old() -> None:
    posts = (lead("t/1", published=day(2025, 2, 1)), lead("t/2", published=day(2025, 3, 2)))
    assert lists_within(Discovered(format="telegram", leads=posts, older="t?before=1"), MARCH) == (
        "t?before=1",
    )
    assert lists_within(Discovered(format="telegram", leads=posts[:1], older="t?before=1"), MARCH) == ()


def test_articles_within_the_range() -> None:
    inside = [
        lead("a", published=day(2025, 3, 31)),
        lead("b", published=day(2025, 4, 1)),
        lead("c", updated=day(2026, 1, 1)),
        lead("d"),
        lead("https://o.example/2025/03/09/x"),
    ]
    outside = [
        lead("e", published=day(2025, 4, 9)),
        lead("f", updated=day(2025, 2, 1)),
        lead("https://o.example/2025/05/09/x"),
    ]
    found = Discovered(format="sitemap", leads=(*inside, *outside))
    assert leads_within(found, MARCH) == tuple(inside)


def test_pages_of_an_archive_by_day_by_month_and_as_a_whole() -> None:
    days = Days(since=date(2025, 2, 27), until=date(2025, 3, 1))
    assert archive_lists("https://o.example/%Y/%m/%d", days) == (
        "https://o.example/2025/03/01", "https://o.example/2025/02/28", "https://o.example/2025/02/27"
    )  # fmt: skip
    assert archive_lists("https://o.example/%Y/%m", days) == (
        "https://o.example/2025/03",
        "https://o.example/2025/02",
    )
    assert archive_lists("https://o.example/map.xml", days) == ("https://o.example/map.xml",)
