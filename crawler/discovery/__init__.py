"""Bytes of a list of articles to Leads. Nothing here fetches, and nothing reads a clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from crawler.charset import decoded
from crawler.discovery import feeds, json_feed, section_pages, sitemaps, telegram
from crawler.discovery.sampling import Listed, Probe, Sample
from crawler.errors import PageChanged
from crawler.model import Discovered, Lead, Source, SourceType

__all__ = ["Listed", "Probe", "Sample", "read_list"]

Reader = Callable[..., Discovered]

READERS: dict[SourceType, Reader] = {
    SourceType.FEED: feeds.leads_from_feed,
    SourceType.SITEMAP: sitemaps.leads_from_sitemap,
    SourceType.NEWS_SITEMAP: sitemaps.leads_from_sitemap,
    SourceType.SECTION: section_pages.leads_from_section,
    SourceType.TELEGRAM: telegram.leads_from_preview,
}

FEED_ADDRESS = re.compile(r"\.(?:xml|rss|rdf|atom)$|(?:^|/)(?:rss|feed|atom)(?:/|$)", re.IGNORECASE)
"""Paths that promise a feed: `/rss/all`, `/feed/`, `/news.xml`."""

UNREAD = "\ufffd"
UNREAD_WORDS = "charset: some characters could not be read"

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def read_list(
    body: bytes, *, source: Source, url: str, content_type: str | None = None, now: datetime
) -> Discovered:
    """Return the leads of a fetched list, newest first where dates are known.

    Args:
        body: the answer's bytes, Content-Encoding undone; a gzipped file is unpacked here.
        source: says what to expect; with type `auto` the bytes decide.
        url: where the bytes came from, after redirects; links are resolved against it.
        content_type: the header as sent, for its charset.
        now: dates far after it are refused.

    Raises:
        PageChanged: what came is no such list; the cause says what it is instead.
    """
    text = decoded(sitemaps.unpacked(body, url=url, most=source.limits.feed_bytes), content_type)
    if not text.strip():
        raise PageChanged("empty answer", url=url, source_id=source.id)
    kind = _kind(text, url) if source.type is SourceType.AUTO else source.type
    reader = (
        json_feed.leads_from_json if kind is SourceType.FEED and json_feed.looks_like(text) else READERS[kind]
    )
    found = reader(text, source=source, url=url, now=now)
    return _bounded(_flagged(found) if UNREAD in text else found, source)


def _kind(text: str, url: str) -> SourceType:
    head = text[:4000].lower()
    if "://t.me/" in url or "tgme_widget_message" in text or "tgme_page" in head:
        return SourceType.TELEGRAM
    if "<urlset" in head or "<sitemapindex" in head:
        return SourceType.SITEMAP
    if json_feed.looks_like(text) or any(sign in head for sign in ("<rss", "<feed", "<rdf:rdf")):
        return SourceType.FEED
    # a page where a feed should be is no list of articles, whatever links it has
    return SourceType.FEED if FEED_ADDRESS.search(urlsplit(url).path) else SourceType.SECTION


def _flagged(found: Discovered) -> Discovered:
    """Mark the entries in which some characters could not be read."""
    leads = tuple(
        replace(lead, warnings=(*lead.warnings, UNREAD_WORDS))
        if UNREAD in f"{lead.title}{lead.text}"
        else lead
        for lead in found.leads
    )
    return replace(found, leads=leads, warnings=(*found.warnings, UNREAD_WORDS))


def _bounded(found: Discovered, source: Source) -> Discovered:
    """Newest first, each address once, at most as many as the source may list."""
    once: dict[tuple[str | None, ...], Lead] = {}
    for lead in found.leads:
        # entries without a link of their own may share the name they have in their list
        once.setdefault((lead.url, lead.title, lead.published_raw) if lead.complete else (lead.url,), lead)
    leads = sorted(once.values(), key=lambda lead: lead.published or lead.updated or LONG_AGO, reverse=True)
    limit = source.limits.items
    if len(leads) <= limit:
        return replace(found, leads=tuple(leads))
    warning = f"{len(leads)} entries; only the newest {limit} are taken (limits.items)"
    return replace(found, leads=tuple(leads[:limit]), warnings=(*found.warnings, warning))
