"""Where an outlet may list its articles: what its page, its robots.txt and custom say. Nothing here fetches."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

import lxml.html
from lxml import etree

from crawler.urls import canonical, fetchable, same_site

FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")

COMMON_PATHS = (
    "/rss",
    "/feed",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/rss/all.xml",
    "/news-sitemap.xml",
    "/sitemap.xml",
)
"""Where outlets of the region keep lists that nothing names, the most common first."""

FEED_WORDS = re.compile(r"(?:^|[/._?=-])(?:rss|feeds?|atom)(?:$|[/._?=-])", re.IGNORECASE)
NEWS_SITEMAP = re.compile(r"news|новин|google", re.IGNORECASE)

CHANNEL = re.compile(r"^https?://(?:t|telegram)\.me/(?:s/)?([A-Za-z]\w{3,31})/?$")
"""https://t.me/channel, but not a post, an invitation or a share button."""

NO_CHANNELS = {"share", "joinchat", "addstickers", "proxy", "iv", "login"}

SECTION_WORDS = re.compile(
    r"(?:^|[/_-])(?:news|novosti|novyny|war|viyna|vojna|voyna|politics|lenta)(?:$|[/_.-])", re.IGNORECASE
)
"""What addresses of sections that carry such news have in them."""

MOST = 6
"""Candidates of one kind that are worth a request."""


def from_page(text: str, url: str) -> list[str]:
    """Return the lists that a page names, the surest first: its `link` tags, links to feeds, channels, sections."""
    try:
        root = lxml.html.document_fromstring(
            text.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8", no_network=True)
        )
    except etree.ParserError:
        return []
    declared = [
        link.get("href")
        for link in root.iter("link")
        if "alternate" in (link.get("rel") or "").lower() and (link.get("type") or "").lower() in FEED_TYPES
    ]
    links = [link for anchor in root.iter("a") if (link := anchor.get("href"))]
    feeds = [link for link in links if FEED_WORDS.search(urlsplit(urljoin(url, link)).path)]
    channels = [preview for link in links if (preview := telegram_preview(urljoin(url, link)))]
    sections = [link for link in links if _is_section(link, url)]
    return _once(url, [*declared[:MOST], *feeds[:MOST], *channels[:2], *sections[:2]])


def from_robots(sitemaps: Iterable[str], url: str) -> list[str]:
    """Return the sitemaps that robots.txt names, those of news first."""
    named = sorted(sitemaps, key=lambda one: not NEWS_SITEMAP.search(one))
    return _once(url, named[:MOST])


def by_custom(url: str) -> list[str]:
    """Return where outlets often keep lists that nothing names."""
    return [urljoin(url, path) for path in COMMON_PATHS]


def telegram_preview(url: str) -> str | None:
    """Return the public preview of a channel, None for what is no channel.

    >>> telegram_preview("https://t.me/slovo_news"), telegram_preview("https://t.me/share/url?url=x")
    ('https://t.me/s/slovo_news', None)
    """
    match = CHANNEL.match(url.partition("?")[0])
    return f"https://t.me/s/{match[1]}" if match and match[1].lower() not in NO_CHANNELS else None


def _is_section(link: str, url: str) -> bool:
    absolute = urljoin(url, link)
    path = urlsplit(absolute).path
    return same_site(absolute, url) and path.strip("/").count("/") <= 1 and bool(SECTION_WORDS.search(path))


def _once(url: str, links: Iterable[str | None]) -> list[str]:
    found: dict[str, str] = {}
    for link in links:
        try:
            address = fetchable(link or "", url)
        except ValueError:
            continue
        if link:
            found.setdefault(canonical(address), address)
    return list(found.values())
