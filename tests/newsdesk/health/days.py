"""Sources with a history, for tests of health."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from crawler.model import Ownership, Side, Source, SourceState, SourceType
from newsdesk.health import Figures
from storage.runs import Day

NOW = datetime(2026, 3, 20, 21, 0, tzinfo=UTC)

SOURCE = Source(
    id="slovo",
    name="Slovo",
    country="UA",
    side=Side.UA,
    ownership=Ownership.PRIVATE,
    languages=("uk",),
    type=SourceType.FEED,
    url="https://slovo.example/rss",
    timezone="Europe/Kyiv",
)

USUAL = {"polls": 288, "leads_new": 40, "fetched": 40, "entries": 800, "language:uk": 700, "requests": 330}
"""An ordinary day of an outlet with 40 articles."""


def history(*, days: int = 14, today: dict[str, int] | None = None, **usual: int) -> tuple[Day, ...]:
    """Return ordinary days up to yesterday, then `today`; a keyword changes a count of every ordinary day."""
    before = [
        Day(day=NOW.date() - timedelta(days=days - number), counts=USUAL | usual) for number in range(days)
    ]
    return (*before, Day(day=NOW.date(), counts=USUAL if today is None else today))


def figures(
    days: tuple[Day, ...] = (),
    *,
    silent: timedelta = timedelta(minutes=5),
    source: Source = SOURCE,
    **state: object,
) -> Figures:
    """Return the figures of a source whose last new entry came `silent` ago."""
    remembered = SourceState(
        last_poll=NOW,
        last_success=NOW,
        last_new=NOW - silent,
        **state,  # type: ignore[arg-type]
    )
    return Figures(source=source, state=remembered, days=days or history(), now=NOW)


def on(day: date, **counts: int) -> Day:
    return Day(day=day, counts=counts)
