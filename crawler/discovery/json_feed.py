"""JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser does not read."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from crawler.dates import parse_date
from crawler.discovery.cleaning import plain_text, title_text
from crawler.discovery.feeds import AUTHORS, RAW_CHARS, mark_of
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
    guid = _words(item, "id")
    body = plain_text(_words(item, "content_html")) or plain_text(_words(item, "content_text"))
    title, text = title_text(_words(item, "title")), max(body, plain_text(_words(item, "summary")), key=len)
    address = _address(item, guid, url)
    complete = address is None and bool(title or text)
    if complete:
        address = f"{source.url}#{mark_of(guid, title, text)}"
    if address is None:
        link = redacted(_words(item, "url") or "")[:200] or url
        detail = "an item with neither a usable link nor words"
        return Skipped(url=link, reason=SkipReason.INVALID_URL, stage=Stage.DISCOVER, detail=detail)
    raw = _words(item, "date_published")
    published = parse_date(raw or "", timezone=source.timezone, languages=source.languages, now=now)
    updated = parse_date(
        _words(item, "date_modified") or "", timezone=source.timezone, languages=source.languages, now=now
    )
    return Lead(
        source_id=source.id,
        url=address,
        seen_in=url,
        title=title,
        text=text or None,
        published=published.instant if published else None,
        published_raw=raw[:RAW_CHARS] if raw else None,
        zone_known=published.zone_known if published else True,
        updated=updated.instant if updated else None,
        guid=guid[:500] if guid else None,
        authors=_authors(item),
        language=_words(item, "language"),
        complete=complete,
    )


def _address(item: dict[str, Any], guid: str | None, base: str) -> str | None:
    """Return the first link of an item that is a web address; a number is a name and no link."""
    links = [
        _words(item, "url"),
        _words(item, "external_url"),
        guid if (guid or "").startswith("http") else None,
    ]
    for link in links:
        if link:
            try:
                return fetchable(link, base)
            except ValueError:
                continue
    return None


def _authors(item: dict[str, Any]) -> tuple[str, ...]:
    people = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    names = (title_text(_words(person, "name")) for person in people or [] if isinstance(person, dict))
    return tuple(name for name in names if name)[:AUTHORS]


def _words(of: dict[str, Any], name: str) -> str | None:
    value = of.get(name)
    return str(value) if isinstance(value, str | int) and value != "" else None
