"""The figures of one source that its checks look at: sums over days, shares, rates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crawler.model import SkipReason, Source, SourceState
from storage.runs import Day

RECENT = timedelta(days=1)
"""Checks of what is so now look at today and yesterday."""

USUAL_DAYS = 14
"""Over how many days before it is counted what is usual."""

SHOWN_DAYS = 7
"""Over how many days rates are shown to people."""

NO_PAGE = (SkipReason.GONE, SkipReason.HTTP_ERROR, SkipReason.RATE_LIMITED, SkipReason.REDIRECTED_AWAY)
"""Answers that hold no article to extract, through no fault of the extractor."""

UNREAD = (SkipReason.NO_TEXT, SkipReason.EXTRACTOR_FAILED, SkipReason.NOT_HTML, SkipReason.BLOCKED)
"""Pages that came and gave no article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is known of one source, at one instant."""

    source: Source
    state: SourceState
    days: tuple[Day, ...]
    """Oldest first, today last; days without a poll are absent."""
    now: datetime

    def since(self, window: timedelta) -> tuple[Day, ...]:
        """Return the days that lie within `window` before today, and today."""
        first = (self.now - window).date()
        return tuple(day for day in self.days if day.day >= first)

    @property
    def recent(self) -> tuple[Day, ...]:
        """Today and yesterday."""
        return self.since(RECENT)

    @property
    def settled(self) -> tuple[Day, ...]:
        """The whole days without the source's first one, on which all that its list held was new."""
        today = self.now.date()
        return tuple(day for day in self.days[1:] if day.day < today)


def total(days: Iterable[Day], *names: str) -> int:
    """Return the sum of counts over days."""
    return sum(day[name] for day in days for name in names)


def skipped(days: Iterable[Day], reasons: Iterable[SkipReason]) -> int:
    """Return how many leads were dropped for these reasons."""
    names = [f"skipped:{reason}" for reason in reasons]
    return total(days, *names)


def pages(days: Iterable[Day]) -> int:
    """Return how many pages came that should have held an article."""
    days = tuple(days)
    return max(total(days, "fetched") - skipped(days, NO_PAGE), 0)


def extraction_yield(days: Iterable[Day]) -> float | None:
    """Return the share of pages that gave an article, None where no page came."""
    days = tuple(days)
    came = pages(days)
    return max(0.0, 1 - skipped(days, UNREAD) / came) if came else None


def usual_rate(figures: Figures) -> tuple[float, int]:
    """Return how many new entries a source usually has a day, and over how many days that was counted.

    Counted up to the day before the last new entry, so that a silence does not make itself usual.
    """
    last = figures.state.last_new
    if last is None or not figures.days:
        return 0.0, 0
    end = last.date()
    begin = max(figures.days[0].day + timedelta(days=1), end - timedelta(days=USUAL_DAYS))
    counted = (end - begin).days
    if counted <= 0:
        return 0.0, 0
    return total((day for day in figures.days if begin <= day.day < end), "leads_new") / counted, counted


def a_day(figures: Figures, what: str) -> float | None:
    """Return how many there were a day over the last week, today aside where there is any other day."""
    today = figures.now.date()
    week = figures.since(timedelta(days=SHOWN_DAYS))
    whole = [day for day in week if figures.days[0].day < day.day < today]
    if not whole:
        return float(total(week, what)) if week else None
    return total(whole, what) / _span(whole[0].day, today)


def _span(first: date, today: date) -> int:
    return max((today - first).days, 1)
