"""What may be expected of a source that answers, and what is said where it does not hold.

Each check compares one figure over one window with one threshold. A check that has too little to go by is silent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from crawler.model import SkipReason, Source
from newsdesk.health.figures import (
    Figures,
    extraction_yield,
    pages,
    skipped,
    total,
    usual_rate,
)


class Check(StrEnum):
    """What is checked. Each is explained in docs/operators.md."""

    VOLUME = "volume"
    YIELD = "yield"
    DATES = "dates"
    WINDOW = "window"
    LANGUAGE = "language"
    WALLS = "walls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An expectation that does not hold."""

    check: Check
    figure: str
    """What was measured."""
    window: str
    """Over which time."""
    threshold: str
    """From where on it is a problem."""
    words: str
    """The same for people, with what to do."""


MISSED = 15.0
"""Entries that should have come by now: with 40 a day, none for 9 hours. A night's quiet stays below it."""

FEWEST_DAYS = 3
"""Days a source must be known for before anything is usual."""


def volume(figures: Figures) -> Problem | None:
    """Fires where no new entry came for so long that many should have."""
    rate, days = usual_rate(figures)
    if days < FEWEST_DAYS or figures.state.last_new is None or figures.state.failures:
        return None
    silent = figures.now - figures.state.last_new
    missed = rate * (silent / timedelta(days=1))
    if missed < MISSED:
        return None
    return Problem(
        check=Check.VOLUME,
        figure=f"0 for {_span(silent)}",
        window=f"{days} days before",
        threshold=f"{MISSED:.0f} entries missed",
        words=f"usually {rate:.0f} a day, 0 for {_span(silent)}; look whether its list has moved: swapwatch sources check {figures.source.id}",
    )


FEWEST_PAGES = 10
FEWEST_USUAL_PAGES = 30


def collapse(figures: Figures) -> Problem | None:
    """Fires where the share of pages that give an article fell to less than half of what it was."""
    before = tuple(day for day in figures.days if day not in figures.recent)
    usual, recent = extraction_yield(before), extraction_yield(figures.recent)
    came = pages(figures.recent)
    if usual is None or recent is None or came < FEWEST_PAGES or pages(before) < FEWEST_USUAL_PAGES:
        return None
    if recent >= usual / 2:
        return None
    return Problem(
        check=Check.YIELD,
        figure=f"{recent:.0%} of {came} pages",
        window="2 days",
        threshold=f"half of the usual {usual:.0%}",
        words=f"{recent:.0%} of {came} pages gave an article, usually {usual:.0%}; the pages were rebuilt, or a wall stands"
        " before them: look at one with `swapwatch extract`, then set page_rules",
    )


FEWEST_DATES = 3
DATES_SHARE = 0.1


def dates(figures: Figures) -> Problem | None:
    """Fires where a tenth of the entries is dated in the future or can't be placed in time."""
    ahead, unread = total(figures.recent, "dates_ahead"), total(figures.recent, "dates_unread")
    entries = total(figures.recent, "entries")
    if ahead + unread < FEWEST_DATES or ahead + unread < DATES_SHARE * entries:
        return None
    return Problem(
        check=Check.DATES,
        figure=f"{ahead} ahead, {unread} unread of {entries} entries",
        window="2 days",
        threshold=f"{DATES_SHARE:.0%}",
        words=f"of {entries} entries {ahead} are dated in the future and {unread} can't be read or are over a day ahead; "
        f"check timezone, now {figures.source.timezone}",
    )


FEWEST_OVERFLOWS = 2


def window(figures: Figures) -> Problem | None:
    """Fires where polls found every entry of the list new: the list moved on further than it shows."""
    over, polls = total(figures.recent, "overflows"), total(figures.recent, "polls")
    if over < FEWEST_OVERFLOWS:
        return None
    return Problem(
        check=Check.WINDOW,
        figure=f"{over} of {polls} polls",
        window="2 days",
        threshold=f"{FEWEST_OVERFLOWS} polls",
        words=f"in {over} of {polls} polls every entry of the list was new, so some were likely missed; {_sooner(figures.source)},"
        " or take a longer list",
    )


def _sooner(source: Source) -> str:
    if source.interval:
        return f"shorten the interval, now {_span(source.interval)}"
    return f"allow a shorter pause, now {_span(source.shortest)}"


FEWEST_TITLES = 20
OWN_SHARE = 0.5


def language(figures: Figures) -> Problem | None:
    """Fires where most titles are in none of the source's languages."""
    counts: dict[str, int] = {}
    for day in figures.recent:
        for what, count in day.counts.items():
            if what.startswith("language:"):
                code = what.removeprefix("language:")
                counts[code] = counts.get(code, 0) + count
    told = sum(counts.values())
    own = sum(counts.get(code, 0) for code in figures.source.languages)
    if told < FEWEST_TITLES or own >= OWN_SHARE * told:
        return None
    most = max(counts, key=lambda code: counts[code])
    return Problem(
        check=Check.LANGUAGE,
        figure=f"{own} of {told} titles",
        window="2 days",
        threshold=f"{OWN_SHARE:.0%}",
        words=f"{own} of {told} titles are in {' or '.join(figures.source.languages)}, most are in {most}; another list"
        " answers under this address, or set languages",
    )


FEWEST_WALLS = 5
WALLS_SHARE = 0.9


def walls(figures: Figures) -> Problem | None:
    """Fires where nearly every page is a wall: a bot check, a consent page, a refusal."""
    blocked, came = skipped(figures.recent, [SkipReason.BLOCKED]), pages(figures.recent)
    if blocked < FEWEST_WALLS or blocked < WALLS_SHARE * came:
        return None
    return Problem(
        check=Check.WALLS,
        figure=f"{blocked} of {came} pages",
        window="2 days",
        threshold=f"{WALLS_SHARE:.0%}",
        words=f"{blocked} of {came} pages were walls; the outlet does not want robots there: ask it, or use keep: title",
    )


CHECKS: tuple[Callable[[Figures], Problem | None], ...] = (walls, volume, collapse, window, dates, language)


def problems_of(figures: Figures) -> tuple[Problem, ...]:
    """Return every expectation that does not hold, the gravest kind first."""
    return tuple(problem for check in CHECKS if (problem := check(figures)) is not None)


def _span(span: timedelta) -> str:
    """Return a time as people say it: the largest unit that fits."""
    seconds = int(span.total_seconds())
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= (2 * size if size == 86400 else size):
            count = seconds // size
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return f"{seconds} seconds"
