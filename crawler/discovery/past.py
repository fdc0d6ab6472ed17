"""Which lists and articles belong to a range of days, by what lists and addresses say. Where nothing says it, they do."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from crawler.model import Discovered, Lead

IN_ADDRESS = re.compile(
    r"(?<!\d)(?P<year>20[0-4]\d)(?:[-_/.]?(?P<month>0[1-9]|1[0-2])(?:[-_/.]?(?P<day>0[1-9]|[12]\d|3[01]))?)?(?!\d)"
)
"""/2026/03/05/, sitemap-2026-03.xml, sitemap2026.xml."""

IN_QUERY = re.compile(r"[?&]yyyy=(?P<year>20\d\d)(?:&mm=(?P<month>\d\d))?(?:&dd=(?P<day>\d\d))?")

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

LEEWAY = timedelta(days=1)
"""Zones differ, and night shifts: a day more on either side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A range of days, both ends in it."""

    since: date
    until: date

    def holds(self, first: date, last: date) -> bool:
        """Say whether any of the days from `first` to `last` may be in the range."""
        return first <= self.until + LEEWAY and last >= self.since - LEEWAY

    def days(self) -> Iterator[date]:
        """Yield every day, the last first."""
        day = self.until
        while day >= self.since:
            yield day
            day -= timedelta(days=1)


def span_in(url: str) -> tuple[date, date] | None:
    """Return the days that an address names: a day, a month or a year; None where it names none.

    >>> span_in("https://outlet.example/sitemap-2025-02.xml")
    (datetime.date(2025, 2, 1), datetime.date(2025, 2, 28))
    """
    found = IN_QUERY.search(url) or IN_ADDRESS.search(url)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.group("year", "month", "day"))
    if year is None:
        return None
    try:
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        return date(year, month, day), date(year, month, day)
    except ValueError:  # the 31st of June is no day but a number
        return None


def lists_within(found: Discovered, days: Days) -> tuple[str, ...]:
    """Return the lists to read after this one: an index's sitemaps that may hold something, or older posts."""
    changed = found.changed or (None,) * len(found.children)
    dated = sorted(
        ((when or LONG_AGO, url) for url, when in zip(found.children, changed, strict=True)), reverse=True
    )  # those without a day by their addresses, which tend to have one
    children = tuple(
        url
        for when, url in dated
        if (when is LONG_AGO or when.date() >= days.since - LEEWAY) and _may_hold(url, days)
    )
    if children or not found.older:
        return children
    dates = [lead.published.date() for lead in found.leads if lead.published]
    # posts come in order: where all of a page are too old, so are those before
    return () if dates and max(dates) < days.since - LEEWAY else (found.older,)


def leads_within(found: Discovered, days: Days) -> tuple[Lead, ...]:
    """Return the leads that may have been published in the range."""
    return tuple(lead for lead in found.leads if _belongs(lead, days))


def _belongs(lead: Lead, days: Days) -> bool:
    if lead.published is not None:
        return days.holds(lead.published.date(), lead.published.date())
    if lead.updated is not None and lead.updated.date() < days.since - LEEWAY:
        return False  # nothing is published after its last change
    return _may_hold(lead.url, days)


def _may_hold(url: str, days: Days) -> bool:
    span = span_in(url)
    return span is None or days.holds(*span)


def archive_lists(template: str, days: Days) -> tuple[str, ...]:
    """Return the pages of an archive over a range, newest first; the template itself where no day is in it.

    >>> archive_lists("https://o.example/%Y/%m", Days(since=date(2025, 12, 30), until=date(2026, 1, 2)))
    ('https://o.example/2026/01', 'https://o.example/2025/12')
    """
    return (
        tuple(dict.fromkeys(day.strftime(template) for day in days.days()))
        if "%" in template
        else (template,)
    )
