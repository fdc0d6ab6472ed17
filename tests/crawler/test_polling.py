"""When a source is next due."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.model import Ownership, Side, Source, SourceState, SourceType
from crawler.polling import first_due, next_due, pause_after

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SOURCE = Source(
    id="s", name="S", country="UA", side=Side.UA, ownership=Ownership.PRIVATE, languages=("uk",),
    type=SourceType.FEED, url="https://news.example/rss", interval=timedelta(minutes=5),
)  # fmt: skip


@pytest.mark.parametrize(
    ("failures", "error", "pause"),
    [
        (0, None, timedelta(minutes=5)),
        (1, "timeout", timedelta(minutes=10)),
        (3, "timeout", timedelta(minutes=40)),
        (4, "timeout", timedelta(hours=1)),
        (10_000, "timeout", timedelta(hours=1)),
        (10_000, "HTTP 410", timedelta(days=7)),
    ],
)
def test_failures_double_the_pause_up_to_a_ceiling(
    failures: int, error: str | None, pause: timedelta
) -> None:
    assert pause_after(SOURCE.interval, SourceState(failures=failures, error=error)) == pause


@pytest.mark.parametrize(("spread", "minutes"), [(-1.0, 4.5), (0.0, 5.0), (1.0, 5.5)])
def test_polls_are_spread_by_a_tenth(spread: float, minutes: float) -> None:
    assert next_due(SOURCE, SourceState(), now=NOW, spread=spread) == NOW + timedelta(minutes=minutes)


def test_retry_after_of_the_host_is_waited_for() -> None:
    later = NOW + timedelta(hours=2)
    assert next_due(SOURCE, SourceState(not_before=later), now=NOW, spread=0) == later


def test_a_restart_keeps_stored_due_times_and_polls_the_overdue_at_once() -> None:
    later = NOW + timedelta(minutes=3)
    assert first_due(SourceState(next_due=later), now=NOW, spread=0.5) == later
    assert first_due(SourceState(next_due=NOW - timedelta(days=1)), now=NOW, spread=0.5) == NOW + timedelta(
        seconds=1
    )
