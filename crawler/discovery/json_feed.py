"""JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser does not read."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from crawler.dates import parse_date
from crawler.discovery.cleaning import plain_text, title_text
from crawler.errors import PageChanged
from crawler.model import Discovered, Lead, Skipped, SkipReason, Source, Stage
from crawler.urls import fetchable, redacted


def looks_like(text: str) -> bool:
    """Say whether a text is JSON rather than XML."""
    return text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def leads_from_json(text: str, *, source: Source, url: str, now: datetime) -> Discovered:
    """Return the leads of a JSON Feed.

    Raises:
        PageChanged: not JSON, or JSON without a list of items.
    """
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PageChanged(f"not a feed (broken JSON: {error})", url=url, source_id=source.id) from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise PageChanged("not a feed (JSON without items)", url=url, source_id=source.id)
    found = [_lead(item, source=source, url=url, now=now) for item in items if isinstance(item, dict)]
    return Discovered(
        format="json_feed",
        leads=tuple(lead for lead in found if isinstance(lead, Lead)),
        title=title_text(_words(feed, "title")),
        skipped=tuple(skip for skip in found if isinstance(skip, Skipped)),
    )


def _lead(item: dict[str, Any], *, source: Source, url: str, now: datetime) -> Lead | Skipped:
    link = _words(item, "url") or _words(item, "external_url") or _words(item, "id") or ""
    try:
        address = fetchable(link, url)
    except ValueError as error:
        return Skipped(
            url=redacted(link)[:200], reason=SkipReason.INVALID_URL, stage=Stage.DISCOVER, detail=str(error)
        )
    raw = _words(item, "date_published")
    published = parse_date(raw or "", timezone=source.timezone, languages=source.languages, now=now)
    updated = parse_date(
        _words(item, "date_modified") or "", timezone=source.timezone, languages=source.languages, now=now
    )
    body = plain_text(_words(item, "content_html")) or plain_text(_words(item, "content_text"))
    return Lead(
        source_id=source.id,
        url=address,
        seen_in=url,
        title=title_text(_words(item, "title")),
        text=max(body, plain_text(_words(item, "summary")), key=len) or None,
        published=published.instant if published else None,
        published_raw=raw,
        zone_known=published.zone_known if published else True,
        updated=updated.instant if updated else None,
        guid=_words(item, "id"),
        authors=_authors(item),
        language=_words(item, "language"),
    )


def _authors(item: dict[str, Any]) -> tuple[str, ...]:
    people = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    names = (title_text(_words(person, "name")) for person in people or [] if isinstance(person, dict))
    return tuple(name for name in names if name)


def _words(of: dict[str, Any], name: str) -> str | None:
    value = of.get(name)
    return str(value) if isinstance(value, str | int) and value != "" else None
