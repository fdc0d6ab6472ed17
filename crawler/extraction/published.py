"""When a report was published, by the best witness first, and who that witness was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.dates import EARLIEST, ParsedDate, parse_date, zone_of
from crawler.extraction.plain import line
from crawler.extraction.rules import words_at
from crawler.extraction.structured import Structured
from crawler.model import DateOrigin, Lead, PageRules, Source

IN_ADDRESS = re.compile(
    r"/(20[1-9]\d)[/_-](0?[1-9]|1[0-2])[/_-](0?[1-9]|[12]\d|3[01])(?=[/_-]|$)"
    r"|(?<=[/_-])(20[1-9]\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=[/_-]|$|\.\w{3,5}$)"
)
"""/2026/03/05/, /2026-03-05-, /20260305/ in an address."""

SHOWN_DATE = re.compile(
    r"""(?:\b\d{1,2}:\d{2}[,\s]+)?(?:
        \b\d{1,2}[./]\d{1,2}[./]20\d\d\b
        | \b\d{1,2}(?:st|nd|rd|th)?\s+[^\W\d]{3,10}\.?,?\s+20\d\d\b(?:\s*(?:г\.|р\.|року|года))?
        | \b[A-Z][a-z]{2,8}\.?\s+\d{1,2},?\s+20\d\d\b
        | \b20\d\d-\d\d-\d\d\b
    )(?:[\sT,|·•—–-]{1,4}(?:(?:в|о|об|at)\s+)?\d{1,2}:\d{2}(?::\d{2})?(?:\s*(?:[+-]\d{2}:?\d{2}|МСК|MSK|EEST|EET|GMT|UTC)\b)?)?""",
    re.VERBOSE,
)
"""A date as pages show it: `14:20, 5 березня 2026`, `05.03.2026 14:20`, `March 5, 2026`."""

PUBLISHED_NAME = re.compile(r"publi|pub-?date|posted|entry-date|created", re.IGNORECASE)
MODIFIED_NAME = re.compile(r"modif|updat|edited|оновл|обновл", re.IGNORECASE)

NEAR = 5
"""Boxes around the headline in which its date is looked for."""

CROWD = 4
"""A box with more dates than this is a list of reports, not the head of one."""

times = XPath(".//time[@datetime or @content or normalize-space()]")
dated_boxes = XPath(
    ".//*[self::span or self::div or self::p or self::a or self::li][contains(@class, 'date') or contains(@class, 'time')"
    " or contains(@class, 'Date') or contains(@class, 'Time') or contains(@class, 'publ') or contains(@class, 'meta')"
    " or contains(@class, 'info')]"
)
ELSEWHERE = frozenset({"aside", "footer", "nav"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The instant a report was published, the words it was read from, their witness, and what was odd."""

    date: ParsedDate | None = None
    origin: DateOrigin | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What dates are read against: the outlet's zone and languages, and the time of reading."""

    source: Source
    now: datetime

    def of(self, raw: str) -> ParsedDate | None:
        """Return the instant that the words mean, None where they mean none that can be true."""
        return parse_date(raw, timezone=self.source.timezone, languages=self.source.languages, now=self.now)


def published_at(
    data: Structured, tree: HtmlElement, *, rules: PageRules, lead: Lead, url: str, reading: Reading
) -> Published:
    """Return the publication date.

    The first witness that can be read decides. Where it names a day only, a later one may add the hour, if it is of
    the same day in the outlet's zone.
    """
    refused: list[str] = []
    day: tuple[ParsedDate, DateOrigin] | None = None
    for origin, date, raw in _witnesses(data, tree, rules=rules, lead=lead, url=url, reading=reading):
        if date is None:
            refused.append(f"date refused: {origin.value} says {raw[:60]!r}")
        elif date.has_time and (day is None or _same_day(date, day[0], reading.source)):
            return Published(date=date, origin=origin, warnings=tuple(refused))
        elif day is None:
            day = date, origin
    if day is None and (guess := _last_resort(tree, reading)):
        day = guess, DateOrigin.TEXT
    return Published(date=day[0] if day else None, origin=day[1] if day else None, warnings=tuple(refused))


def modified_at(data: Structured, reading: Reading) -> datetime | None:
    """Return when the page says it was last changed."""
    found = (reading.of(raw) for raw in data.modified)
    return next((date.instant for date in found if date), None)


def _witnesses(
    data: Structured, tree: HtmlElement, *, rules: PageRules, lead: Lead, url: str, reading: Reading
) -> Iterator[tuple[DateOrigin, ParsedDate | None, str]]:
    """Yield who says what, best first; a witness is only asked when those before it did not settle it."""
    for origin, raw in _on_page(data, tree, rules):
        yield origin, reading.of(raw), raw
    if lead.published is not None:
        yield DateOrigin.FEED, _from_lead(lead), lead.published_raw or ""
    for raw in _in_address(url):
        yield DateOrigin.URL, reading.of(raw), raw
    for raw in _shown(tree):
        if found := reading.of(raw):
            yield DateOrigin.TEXT, found, raw


def _on_page(data: Structured, tree: HtmlElement, rules: PageRules) -> Iterator[tuple[DateOrigin, str]]:
    yield from ((DateOrigin.JSON_LD, raw) for raw in data.story.published)
    yield from ((DateOrigin.META, raw) for raw in data.published)
    yield from ((DateOrigin.TIME, raw) for raw in _time_elements(tree))
    if rules.date:
        yield from ((DateOrigin.PAGE_RULE, raw) for raw in words_at(tree, rules.date))


def _from_lead(lead: Lead) -> ParsedDate | None:
    if lead.published is None:
        return None
    raw = lead.published_raw or ""
    hour = not raw or bool(re.search(r"\d:\d|^\d{10,13}$", raw))
    return ParsedDate(instant=lead.published, zone_known=lead.zone_known, raw=raw, has_time=hour)


def _same_day(one: ParsedDate, other: ParsedDate, source: Source) -> bool:
    zone = zone_of(source.timezone)
    return one.instant.astimezone(zone).date() == other.instant.astimezone(zone).date()


def _time_elements(tree: HtmlElement) -> Iterator[str]:
    """Yield the dates of <time> elements that belong to the report: marked so, or beside its headline."""
    own = [one for one in times(tree) if not _elsewhere(one) and not MODIFIED_NAME.search(_names(one))]
    marked = [one for one in own if PUBLISHED_NAME.search(_names(one)) or one.get("pubdate") is not None]
    near: list[HtmlElement] = next(
        (found for box in _around_headline(tree) if 0 < len(found := times(box)) <= CROWD), []
    )
    single = own if len(own) == 1 else []
    for one in dict.fromkeys((*marked[:2], *(one for one in near if one in own), *single)):
        raw = one.get("datetime") or one.get("content") or ""
        yield raw if any(char.isdigit() for char in raw) else line(one.text_content(), longest=80)


def _names(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('id') or ''}"


def _elsewhere(element: HtmlElement) -> bool:
    return any(around.tag in ELSEWHERE for around in element.iterancestors())


def _around_headline(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the boxes around the first headline, the nearest first."""
    headline = next(tree.iter("h1"), None)
    if headline is not None:
        for box, _ in zip(headline.iterancestors(), range(NEAR), strict=False):
            if box.tag in ("body", "html"):
                return
            yield box


def _in_address(url: str) -> Iterator[str]:
    found = IN_ADDRESS.search(url)
    if found:
        year, month, day = (part for part in found.groups() if part)
        yield f"{year}-{int(month):02}-{int(day):02}"


def _shown(tree: HtmlElement) -> Iterator[str]:
    """Yield dates in words beside the headline, in boxes that are named for a date."""
    for box in _around_headline(tree):
        places = [place for place in dated_boxes(box) if not MODIFIED_NAME.search(_names(place))]
        found = [
            match.group() for place in places[:20] if (match := SHOWN_DATE.search(line(place.text_content())))
        ]
        if found:
            yield from dict.fromkeys(found[:CROWD])
            return


def _last_resort(tree: HtmlElement, reading: Reading) -> ParsedDate | None:
    """Ask htmldate, which is dear and guesses: only for pages that nothing else dates."""
    from htmldate import find_date  # noqa: PLC0415 - few pages come here, and it loads dateparser

    # it prunes the tree it is given
    found = find_date(
        deepcopy(tree),
        extensive_search=False,
        original_date=True,
        min_date=EARLIEST.replace(tzinfo=None),
        max_date=reading.now.replace(tzinfo=None),
    )
    return reading.of(found) if isinstance(found, str) else None
