"""RSS 0.9x to 2.0, RDF and Atom, read by feedparser from text that is already decoded."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from xml.sax import SAXException

import feedparser

from crawler.dates import parse_date
from crawler.discovery.cleaning import plain_text, title_text
from crawler.errors import PageChanged
from crawler.model import Discovered, Lead, Skipped, SkipReason, Source, Stage
from crawler.urls import fetchable, redacted

DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
HTML_TITLE = re.compile(r"<title[^>]*>(.{0,200}?)</title>", re.IGNORECASE | re.DOTALL)
LEADING = re.compile(r"^[\s\ufeff]+")
FEED_ROOT = re.compile(r"<(?:rss|feed|rdf:rdf|channel)\b", re.IGNORECASE)
FEED_END = re.compile(r"</(?:rss|feed|rdf:rdf)\s*>\s*(?:<!--.*?-->\s*)*$", re.IGNORECASE | re.DOTALL)


def leads_from_feed(text: str, *, source: Source, url: str, now: datetime) -> Discovered:
    """Return the leads of a feed; a broken one gives its whole entries and a warning.

    Raises:
        PageChanged: the text is no feed; where it is a web page, its title is in the cause.
    """
    parsed = _parsed(text)
    if not parsed.entries and not (parsed.version and FEED_ROOT.search(text[:4000])):
        raise PageChanged(_what_instead(text), url=url, source_id=source.id)
    entries, warnings = _whole_entries(parsed, text)
    leads: list[Lead] = []
    skipped: list[Skipped] = []
    for entry in entries:
        found = _lead(entry, source=source, url=url, now=now)
        (skipped if isinstance(found, Skipped) else leads).append(found)  # type: ignore[arg-type]
    return Discovered(
        format=_format(parsed.version),
        leads=tuple(leads),
        title=title_text(parsed.feed.get("title")),
        skipped=tuple(skipped),
        warnings=tuple(warnings),
    )


def _parsed(text: str) -> Any:
    """Feedparser gets UTF-8 bytes that say so: given text it would look for an address or a file in it."""
    body = DECLARATION.sub("", LEADING.sub("", text))
    document = '<?xml version="1.0" encoding="utf-8"?>' + body
    return feedparser.parse(
        document.encode("utf-8", errors="replace"),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-type": "application/xml; charset=utf-8"},
    )


def _what_instead(text: str) -> str:
    head = text[:2000].lower()
    if "<html" in head or "<!doctype html" in head:
        title = HTML_TITLE.search(text)
        named = f": page title «{' '.join(title.group(1).split())}»" if title else ""
        return f"not a feed (HTML){named}; check the address with `swapwatch sources check`"
    return f"not a feed: it begins with «{' '.join(text[:80].split())}»"


def _whole_entries(parsed: Any, text: str) -> tuple[list[Any], list[str]]:
    """Drop the last entry where the feed broke off: it may carry half a link or half a title."""
    entries = list(parsed.entries)
    error = parsed.get("bozo_exception")
    if not isinstance(error, SAXException):
        return entries, []
    cut = not FEED_END.search(text[-2000:])
    warning = f"broken XML ({' '.join(str(error).split())[:120]}); "
    if cut and entries:
        return entries[:-1], [
            f"{warning}the feed is cut, its last entry was dropped, {len(entries) - 1} are whole"
        ]
    return entries, [f"{warning}{len(entries)} entries could be read"]


def _lead(entry: Any, *, source: Source, url: str, now: datetime) -> Lead | Skipped:
    title, text = title_text(entry.get("title")), _text(entry)
    raw = _first(entry, ("published", "issued", "created", "date"))
    raw_updated = _first(entry, ("updated", "modified"))
    published = _date(raw or raw_updated, source, now)
    address = _address(entry, url)
    guid = _first(entry, ("id", "guid"))
    complete = address is None and bool(title or text)
    if address is None and complete:
        mark = hashlib.sha256((guid or f"{title}\n{text}").encode("utf-8", "replace")).hexdigest()[:16]
        address = f"{url}#{mark}"
    if address is None:
        links = ", ".join(str(link) for link in _links(entry))[:200]
        return Skipped(
            url=redacted(links) or url,
            reason=SkipReason.INVALID_URL,
            stage=Stage.DISCOVER,
            detail="an entry with neither a usable link nor words",
        )
    updated = _date(raw_updated, source, now)
    return Lead(
        source_id=source.id,
        url=address,
        seen_in=url,
        title=title,
        text=text or None,
        published=published.instant if published else None,
        published_raw=raw or raw_updated,
        zone_known=published.zone_known if published else True,
        updated=updated.instant if updated else None,
        guid=guid[:500] if guid else None,
        authors=tuple(
            name for person in entry.get("authors", []) if (name := title_text(person.get("name")))
        ),
        complete=complete,
    )


def _date(raw: str | None, source: Source, now: datetime) -> Any:
    return parse_date(raw, timezone=source.timezone, languages=source.languages, now=now) if raw else None


def _text(entry: Any) -> str:
    """Return the longest text an entry carries: full text where the feed has it, else the summary."""
    bodies = [part.get("value") or "" for part in entry.get("content", [])]
    bodies += [
        str(entry.get(name) or "") for name in ("yandex_full-text", "fulltext", "turbo_content", "summary")
    ]
    return max((plain_text(body) for body in bodies), key=len, default="")


def _first(entry: Any, names: Iterable[str]) -> str | None:
    # asked with `in` first: feedparser answers `updated` with `published` where there is no `updated`
    return next((str(entry[name]).strip() for name in names if entry.get(name)), None)


def _links(entry: Any) -> list[str]:
    links = [entry.get("feedburner_origlink"), entry.get("link")]
    links += [
        link.get("href") for link in entry.get("links", []) if link.get("rel", "alternate") == "alternate"
    ]
    links.append(entry.get("id") if str(entry.get("id", "")).startswith("http") else None)
    return [link for link in links if link]


def _address(entry: Any, base: str) -> str | None:
    """Return the first link of an entry that is a web address."""
    within = (entry.get("title_detail") or entry.get("summary_detail") or {}).get("base") or base
    for link in _links(entry):
        try:
            return fetchable(str(link), within if within.startswith("http") else base)
        except ValueError:
            continue
    return None


def _format(version: str) -> str:
    if version.startswith("atom"):
        return "atom"
    return "rdf" if version in ("rss10", "rss090") else "rss"
