"""Where an outlet's lists may be, by what its page and robots.txt name."""

from __future__ import annotations

import pytest

from crawler.discovery.candidates import by_custom, from_page, from_robots, telegram_preview

FRONT = """<html><head>
<link rel="alternate" type="application/rss+xml" href="/export/all.xml">
<link rel="alternate" hreflang="ru" href="https://slovo.example/ru">
<link rel="stylesheet" href="/rss.css">
</head><body>
<a href="/news">Новини</a> <a href="/war/2026/03/05/a-long-report-of-the-day.html">Звіт</a>
<a href="/about">Про нас</a> <a href="/rss/">RSS</a> <a href="https://other.example/news">Чужі новини</a>
<a href="https://t.me/slovo_news">Telegram</a> <a href="https://t.me/share/url?url=x">Поділитися</a>
<a href="javascript:void(0)">x</a> <a href="/rss/#top">RSS</a>
</body></html>"""


def test_a_front_page_names_feeds_channels_and_sections_in_this_order() -> None:
    assert from_page(FRONT, "https://slovo.example/") == [
        "https://slovo.example/export/all.xml",
        "https://slovo.example/rss/",
        "https://t.me/s/slovo_news",
        "https://slovo.example/news",
    ]


@pytest.mark.parametrize("text", ["", "   ", "<", "just words"])
def test_a_page_without_markup_names_nothing(text: str) -> None:
    assert from_page(text, "https://slovo.example/") == []


def test_news_sitemaps_come_before_others() -> None:
    named = [
        "https://slovo.example/sitemap.xml",
        "https://slovo.example/news-sitemap.xml",
        "mailto:x@x.invalid",
    ]
    assert from_robots(named, "https://slovo.example/") == [
        "https://slovo.example/news-sitemap.xml",
        "https://slovo.example/sitemap.xml",
    ]


@pytest.mark.parametrize(
    ("url", "preview"),
    [
        ("https://t.me/slovo_news", "https://t.me/s/slovo_news"),
        ("https://t.me/s/slovo_news", "https://t.me/s/slovo_news"),
        ("https://telegram.me/slovo_news/", "https://t.me/s/slovo_news"),
        ("https://t.me/slovo_news/123", None),
        ("https://t.me/+abcdef", None),
        ("https://t.me/joinchat/abc", None),
        ("https://slovo.example/t.me/x", None),
    ],
)
def test_a_channel_is_told_from_posts_and_invitations(url: str, preview: str | None) -> None:
    assert telegram_preview(url) == preview


def test_custom_is_asked_at_the_root() -> None:
    assert "https://slovo.example/rss" in by_custom("https://slovo.example/news/today")
