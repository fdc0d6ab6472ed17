"""When an article was published, by the best witness first: JSON-LD, meta, time element, rule, feed, address, text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from lxml import etree

from crawler.dates import ParsedDate, parse_date
from crawler.extraction.structured import Structured
from crawler.model import DateOrigin, Lead, PageRules, Source

IN_ADDRESS = re.compile(
    r"/(20[1-9]\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/-]|$)|/(20[1-9]\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=\D|$)"
)
"""/2026/03/05/ and /20260305/ in an address."""

DATE_CLASS = re.compile(r"date|time|publish|posted|dateline", re.IGNORECASE)

TEXT_DATE = re.compile(
    r"\b\d{1,2}[./]\d{1,2}[./]20\d\d\b(?:[,\s]+\d{1,2}:\d{2})?|\b\d{1,2}\s+[^\W\d]{3,10}\.?,?\s+20\d\d\b(?:\s*(?:г|р|року|года)\b\.?)?(?:[,\s|]+\d{1,2}:\d{2})?"
    r"|\b[A-Z][a-z]{2,8}\.?\s+\d{1,2},\s+20\d\d\b|\b20\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d)?",
)
"""Dates as pages show them: 05.03.2026, 14:20; 5 березня 2026; March 5, 2026."""

Found = tuple[ParsedDate, DateOrigin]


def date_of(
    data: Structured,
    root: etree._Element,
    *,
    rules: PageRules,
    lead: Lead,
    source: Source,
    url: str,
    now: datetime,
) -> Found | None:
    """Return when the article was published and who says so; None where nobody does."""
    for raw, origin in _witnesses(data, root, rules):
        found = parse_date(raw, timezone=source.timezone, languages=source.languages, now=now)
        if found is not None:
            return _sharpened(found, origin, lead)
    if lead.published is not None:
        return _from_lead(lead), DateOrigin.FEED
    for raw, origin in (*_in_address(url), *_in_text(root)):
        found = parse_date(raw, timezone=source.timezone, languages=source.languages, now=now)
        if found is not None:
            return found, origin
    return None


def modified(data: Structured, source: Source) -> datetime | None:
    """Return when the page says it was last changed."""
    if not data.modified:
        return None
    far = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)
    found = parse_date(data.modified, timezone=source.timezone, languages=source.languages, now=far)
    return found.instant if found else None


def _witnesses(data: Structured, root: etree._Element, rules: PageRules) -> Iterator[tuple[str, DateOrigin]]:
    if rules.date:
        found = root.xpath(rules.date)
        for node in found if isinstance(found, list) else [found]:
            yield _shown(node), DateOrigin.PAGE_RULE
    if data.json_ld_published:
        yield data.json_ld_published, DateOrigin.JSON_LD
    for raw in data.meta_published:
        yield raw, DateOrigin.META
    for node in _time_elements(root):
        for stated in (node.get("datetime"), node.get("content"), _shown(node)):
            if stated and stated.strip():
                yield stated, DateOrigin.TIME


def _time_elements(root: etree._Element) -> list[etree._Element]:
    """Return the elements that show a date: those marked as published first, none from lists of other stories."""
    marked = [
        node for node in root.iter(etree.Element) if (node.get("itemprop") or "").lower() == "datepublished"
    ]
    times = [node for node in root.iter("time") if not _elsewhere(node)]
    classed = [
        node for node in root.iter("span", "div", "p")
        if DATE_CLASS.search(node.get("class") or "") and len(_shown(node)) < 60 and not _elsewhere(node)
    ]  # fmt: skip
    return [*marked, *times[:3], *classed[:10]]


def _elsewhere(node: etree._Element) -> bool:
    return any(above.tag in ("aside", "nav", "footer", "ul", "ol") for above in node.iterancestors())


def _shown(node: object) -> str:
    if isinstance(node, etree._Element):
        return " ".join("".join(str(piece) for piece in node.itertext()).split())
    return str(node)


def _sharpened(found: ParsedDate, origin: DateOrigin, lead: Lead) -> Found:
    """Let the feed's time of day stand in where the page names only the day."""
    if (
        not found.has_time
        and lead.published is not None
        and abs(lead.published - found.instant) < timedelta(hours=36)
    ):
        return _from_lead(lead), DateOrigin.FEED
    return found, origin


def _from_lead(lead: Lead) -> ParsedDate:
    instant = lead.published or datetime.min.replace(tzinfo=UTC)
    return ParsedDate(instant=instant, zone_known=lead.zone_known, raw=lead.published_raw or "")


def _in_address(url: str) -> Iterator[tuple[str, DateOrigin]]:
    match = IN_ADDRESS.search(url)
    if match:
        year, month, day = (part for part in match.groups() if part)
        yield f"{year}-{int(month):02}-{int(day):02}", DateOrigin.URL


def _in_text(root: etree._Element) -> Iterator[tuple[str, DateOrigin]]:
    """Look at what stands around the headline: a date farther down is seldom the article's own."""
    body = root.find("body")
    words = _shown(body if body is not None else root)
    heading = _shown(root.find(".//h1")) if root.find(".//h1") is not None else ""
    start = max(words.find(heading) - 400, 0) if heading else 0
    match = TEXT_DATE.search(words, start, start + 2500)
    if match:
        yield match.group(), DateOrigin.TEXT
