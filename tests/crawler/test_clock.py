"""What tells that the clock was set, and what is believed of a time that was stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.clock import Drift, believable

NOON = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
"""A minute before the clocks of Kyiv go forward."""


@pytest.mark.parametrize(
    ("wall", "passed", "jump"),
    [
        (timedelta(seconds=1), 1, timedelta()),
        (timedelta(seconds=29), 0, timedelta()),
        (timedelta(hours=8), 1, timedelta(hours=8) - timedelta(seconds=1)),
        (timedelta(hours=-1), 1, timedelta(hours=-1, seconds=-1)),
        (timedelta(minutes=2), 120, timedelta()),
    ],
    ids=["as it should", "adjusted", "slept", "set back", "busy"],
)
def test_a_clock_that_was_set_is_told_from_time_that_passed(
    wall: timedelta, passed: float, jump: timedelta
) -> None:
    now, ticks = [NOON], [100.0]
    drift = Drift(wall=lambda: now[0], passed=lambda: ticks[0])
    assert drift.jump() == timedelta()
    now[0], ticks[0] = NOON + wall, 100.0 + passed
    assert drift.jump() == jump
    assert drift.jump() == timedelta()


def test_a_time_further_ahead_than_any_pause_is_not_waited_for() -> None:
    hour = timedelta(hours=1)
    assert believable(NOON + hour, now=NOON, longest=hour) == NOON + hour
    assert believable(NOON + 2 * hour, now=NOON, longest=hour) == NOON
    assert believable(NOON - hour, now=NOON, longest=hour) == NOON - hour
