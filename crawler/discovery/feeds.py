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
RAW_CHARS = 200
AUTHORS = 20
FEED_ROOT = re.compile(r"<(?:rss|feed|rdf:rdf|channel)\b", re.IGNORECASE)
ENTRY = re.compile(r"(?=<(?:item|entry)[\s>])", re.IGNORECASE)
ENTRY_END = re.compile(r"</(?:item|entry)\s*>", re.IGNORECASE)
FEED_END = re.compile(r"</(?:rss|feed|rdf:rdf)\s*>\s*(?:<!--.*?-->\s*)*$", re.IGNORECASE | re.DOTALL)


def leads_from_feed(text: str, *, source: Source, url: str, now: datetime) -> Discovered:
    """Return the leads of a feed; a broken one gives its whole entries and a warning.

    Raises:
        PageChanged: the text is no feed; where it is a web page, its title is in the cause.
    """
    parsed = _parsed(text)
    if not parsed.entries and not (parsed.version and FEED_ROOT.search(text[:4000])):
        raise PageChanged(_what_instead(text), url=url, source_id=source.id)
    error = parsed.get("bozo_exception")
    broken = isinstance(error, SAXException)
    entries, warning, whole = mended(text, str(error)) if broken else (parsed.entries, "", True)
    found = [_lead(entry, source=source, url=url, now=now) for entry in entries]
    leads = tuple(one for one in found if isinstance(one, Lead))
    if broken and not leads:
        raise PageChanged(f"{warning}; no entry can be read", url=url, source_id=source.id)
    return Discovered(
        format=_format(parsed.version),
        leads=leads,
        title=title_text(parsed.feed.get("title")),
        skipped=tuple(one for one in found if isinstance(one, Skipped)),
        warnings=(warning,) if warning else (),
        whole=whole,
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


def mended(text: str, fault: str) -> tuple[list[Any], str, bool]:
    """Return the whole entries of a feed that is no XML, a warning that names the others, and whether all are there.

    Each entry is read by itself; one that breaks off may carry half a link or half a title and is left out.
    """
    head, *pieces = ENTRY.split(text)
    entries: list[Any] = []
    left_out: list[str] = []
    for number, piece in enumerate(pieces, start=1):
        end = ENTRY_END.search(piece)
        if end and (read := _parsed(head + piece[: end.end()]).entries):
            entries.append(read[0])
        else:
            left_out.append(_named(number, piece))
    cut = not FEED_END.search(text[-2000:])
    said = [f"broken XML ({' '.join(fault.split()).rpartition(':')[2].strip()[:100]})"]
    said += ["the feed is cut"] if cut else []
    said += [f"left out {', '.join(left_out[:5])}" + ("…" if len(left_out) > 5 else "")] if left_out else []
    return entries, "; ".join([*said, f"{len(entries)} entries are whole"]), not (cut or left_out)


def _named(number: int, piece: str) -> str:
    title = HTML_TITLE.search(piece)
    return f"entry {number}" + (f" («{' '.join(title.group(1).split())[:80]}»)" if title else "")


def _lead(entry: Any, *, source: Source, url: str, now: datetime) -> Lead | Skipped:
    title, text = title_text(entry.get("title")), _text(entry)
    raw = _first(entry, ("published", "issued", "created", "date"))
    raw_updated = _first(entry, ("updated", "modified"))
    published = _date(raw or raw_updated, source, now)
    address = _address(entry, url)
    guid = _first(entry, ("id", "guid"))
    complete = address is None and bool(title or text)
    if address is None and complete:
        address = f"{source.url}#{mark_of(guid, title, text)}"
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
        published_raw=(raw or raw_updated or "")[:RAW_CHARS] or None,
        zone_known=published.zone_known if published else True,
        updated=updated.instant if updated else None,
        guid=guid[:500] if guid else None,
        authors=tuple(
            name for person in entry.get("authors", [])[:AUTHORS] if (name := title_text(person.get("name")))
        ),
        complete=complete,
    )


def mark_of(guid: str | None, title: str | None, text: str | None) -> str:
    """Return by what an entry without a link is known in its list."""
    return hashlib.sha256((guid or f"{title}\n{text}").encode("utf-8", "replace")).hexdigest()[:16]


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
    links = [entry.get("feedburner_origlink"), _link(entry)]
    links += [
        link.get("href")
        for link in entry.get("links", [])
        if link.get("rel", "alternate") == "alternate" and link.get("href") != entry.get("link")
    ]
    links.append(entry.get("id") if str(entry.get("id", "")).startswith("http") else None)
    return [link for link in links if link]


def _link(entry: Any) -> str | None:
    """Return an entry's link; feedparser takes any guid for one, also a number that names the entry in a database."""
    link = entry.get("link")
    if entry.get("guidislink") and link == entry.get("id") and not str(link).startswith(("http", "/")):
        return None
    return str(link) if link else None


def _address(entry: Any, base: str) -> str | None:
    """Return the first link of an entry that is a web address."""
    within = (entry.get("title_detail") or entry.get("summary_detail") or {}).get("base") or base
    for link in _links(entry):
        try:
            return fetchable(str(link).replace("&amp;", "&"), within if within.startswith("http") else base)
        except ValueError:
            continue
    return None


def _format(version: str) -> str:
    if version.startswith("atom"):
        return "atom"
    return "rdf" if version in ("rss10", "rss090") else "rss"
