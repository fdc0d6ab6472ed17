"""When a source is next due: pure arithmetic over how it fared, so that the schedule can be simulated."""

from __future__ import annotations

from datetime import datetime, timedelta

from crawler.model import Source, SourceState

CEILING = timedelta(hours=1)
"""The longest pause of a failing source. It never stops for good."""

GONE_CEILING = timedelta(days=7)
"""The longest pause of a source that answers 410 Gone."""

JITTER = 0.1
"""Share of an interval by which polls are spread, so that sources due together drift apart."""


def next_due(source: Source, state: SourceState, *, now: datetime, spread: float) -> datetime:
    """Return when to poll `source` next.

    Args:
        source: its interval is the pause while all goes well.
        state: failures in a row double the pause, up to an hour; up to 7 days where the answer is 410.
        now: the instant the last poll ended.
        spread: -1 to 1, drawn by the caller; moves the due time by up to a tenth of the pause.
    """
    pause = pause_after(source.interval, state)
    due = now + pause * (1 + JITTER * spread)
    return max(due, state.not_before) if state.not_before else due


def pause_after(interval: timedelta, state: SourceState) -> timedelta:
    """Return the pause that a source's failures in a row have earned."""
    if not state.failures:
        return interval
    ceiling = GONE_CEILING if state.error and "410" in state.error else CEILING
    doubled = interval * (1 << min(state.failures, 20))
    return max(min(doubled, ceiling), min(interval, ceiling))


def first_due(state: SourceState, *, now: datetime, spread: float) -> datetime:
    """Return when to poll a source after the job starts: its stored due time, or at once, spread over seconds.

    Args:
        state: what the store remembers; a due time that has passed means now.
        now: the instant of the start.
        spread: 0 to 1, drawn by the caller.
    """
    if state.next_due is not None and state.next_due > now:
        return state.next_due
    return now + timedelta(seconds=2 * spread)
