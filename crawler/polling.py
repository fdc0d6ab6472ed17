"""When a source is next due: pure arithmetic over what its polls taught, so that the schedule can be simulated.

A budget of polls is shared out so that relevant items wait least: each source is polled in proportion to the square root of
what it brings an hour, items times the share of them that is relevant. Bounds of a source, the length of its list and back-off
come on top. Why: docs/performance.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import sqrt

from crawler.model import Habits, Source, SourceState

CEILING = timedelta(hours=1)
"""The longest pause of a failing source. It never stops for good."""

GONE_CEILING = timedelta(days=7)
"""The longest pause of a source that answers 410 Gone."""

JITTER = 0.1
"""Share of an interval by which polls are spread, so that sources due together drift apart."""

HALF_LIFE = timedelta(days=5)
"""After how long a poll counts half in how often a source publishes."""

LONG_HALF_LIFE = timedelta(days=30)
"""The same for which share of its items is relevant: relevant ones are rare."""

LONGEST_GAP = timedelta(days=2)
"""What came over a longer time without polls says too little of an hour of the day."""

FIRST_GUESS, GUESS_HOURS = 1.0, 3.0
"""Items an hour taken for usual of a source nobody knows, and for how many hours of watching that counts."""

EVEN_ITEMS = 4.0
"""Items after which an hour of the day is judged by itself, as far as it differs from the others."""

USUAL_RELEVANT, GUESS_ITEMS = 0.02, 100.0
"""Share of relevant items taken for usual, and for how many items of a source its usual share counts."""

LEAST_WEIGHT = 0.25
"""A source without relevant items keeps this part of the usual weight."""

FIRST_PAUSE, FIRST_HOURS = timedelta(minutes=5), 1 / 3
"""The longest pause of a source that was watched for less than this: it may be a busy one."""

MORE_THAN_USUAL, MORE_IN_UNSEEN_HOURS = 2.0, 6.0
"""How many times its rate a source may bring before its list turns over; an hour of the day never watched may hold a surprise."""

DEAD_FAILURES = 8
"""From so many failures in a row on a source takes no part in the budget: it is asked once an hour at most."""

BURST_ITEMS = 3
"""From so many new items in one poll on, it is asked whether more come than the list can hold."""

DAY = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What a budget comes to over all sources: polls an hour for each square root of relevant items an hour."""

    factor: float = 0.0
    usual_relevant: float = USUAL_RELEVANT
    """Share of relevant items over all sources."""


# --- learning ---------------------------------------------------------------------------------------------------------


def learn(
    habits: Habits | None, *, since: datetime, until: datetime, new: int, relevant: int, overflowed: bool
) -> Habits | None:
    """Return what is known of a source after one more poll that went well.

    Args:
        habits: what was known before; None for nothing.
        since: the last poll before this one that went well.
        until: this poll.
        new: items its list named for the first time.
        relevant: findings among what it led to.
        overflowed: every entry was new, so that there were more than can be counted.
    """
    hours = (until - since) / timedelta(hours=1)
    if not 0 < hours <= LONGEST_GAP / timedelta(hours=1):
        return habits
    if overflowed and habits is not None and new / hours < sum(rates(habits)) / DAY:
        return habits  # it would make a busy source look quiet
    known = habits or Habits(at=since, items=(0.0,) * DAY, hours=(0.0,) * DAY)
    age = max(until - known.at, timedelta())
    keep, keep_long = 0.5 ** (age / HALF_LIFE), 0.5 ** (age / LONG_HALF_LIFE)
    items, watched = [one * keep for one in known.items], [one * keep for one in known.hours]
    for hour, part in _parts(since, until):
        watched[hour] += part
        items[hour] += new * part / hours
    return Habits(
        at=until,
        items=tuple(items),
        hours=tuple(watched),
        seen=known.seen * keep_long + new,
        relevant=known.relevant * keep_long + relevant,
        last_rate=new / hours if new >= BURST_ITEMS else 0.0,
    )


def _parts(since: datetime, until: datetime) -> Iterable[tuple[int, float]]:
    """Yield the UTC hours of the day between two instants, each with how many hours of it lie there."""
    at, end = since.astimezone(UTC), until.astimezone(UTC)
    while at < end:
        following = min(end, at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
        yield at.hour, (following - at) / timedelta(hours=1)
        at = following


def rates(habits: Habits | None) -> tuple[float, ...]:
    """Return how many new items an hour a source is expected to bring, by UTC hour of the day."""
    if habits is None:
        return (FIRST_GUESS,) * DAY
    mean = (sum(habits.items) + FIRST_GUESS * GUESS_HOURS) / (sum(habits.hours) + GUESS_HOURS)
    items, hours = _smooth(habits.items), _smooth(habits.hours)
    guess_hours = EVEN_ITEMS / mean
    return tuple(
        (came + EVEN_ITEMS) / (watched + guess_hours) for came, watched in zip(items, hours, strict=True)
    )


def _smooth(values: tuple[float, ...]) -> list[float]:
    return [(values[hour - 1] + 2 * values[hour] + values[(hour + 1) % DAY]) / 4 for hour in range(DAY)]


def items_a_day(habits: Habits) -> float:
    """Return how many new items a day a source brings, as far as is known."""
    return sum(rates(habits))


def weight(habits: Habits | None, usual: float) -> float:
    """Return the share of relevant items to reckon with, never so little that a source would starve.

    Args:
        habits: what is known of the source.
        usual: the share over all sources.
    """
    if habits is None:
        return usual
    share = (habits.relevant + usual * GUESS_ITEMS) / (habits.seen + GUESS_ITEMS)
    return max(share, LEAST_WEIGHT * usual)


def safe_items(window: int) -> float:
    """Return how many items may be expected between two polls, so that a list of `window` hardly ever turns over.

    Five standard deviations of a Poisson count below the length of the list.

    >>> [round(safe_items(window), 1) for window in (10, 30, 100)]
    [2.0, 11.9, 60.2]
    """
    return max(sqrt(window + 6.25) - 2.5, 0.3) ** 2


# --- sharing out ------------------------------------------------------------------------------------------------------


def pace_of(sources: Iterable[tuple[Source, SourceState]], *, a_minute: float) -> Pace:
    """Share a budget out over sources.

    Args:
        sources: all that are polled, with how they fared; those with an interval of their own take their part first.
        a_minute: polls a minute over all sources, as a mean over the day. The bounds of the sources come before it.
    """
    known = list(sources)
    known = [one for one in known if one[1].failures < DEAD_FAILURES] or known
    habits = [state.habits for source, state in known if state.habits is not None]
    seen, found = sum(one.seen for one in habits), sum(one.relevant for one in habits)
    usual = (found + USUAL_RELEVANT * GUESS_ITEMS) / (seen + GUESS_ITEMS)
    fixed = sum(timedelta(hours=1) / source.interval for source, _ in known if source.interval)
    budget = (a_minute * 60 - fixed) * DAY
    wanted = [one for source, state in known if not source.interval for one in _wanted(source, state, usual)]
    return Pace(factor=_factor(wanted, budget), usual_relevant=usual)


def _wanted(source: Source, state: SourceState, usual: float) -> Iterable[tuple[float, float, float]]:
    """Yield for each hour of the day the root that polls are in proportion to, and the fewest and most polls an hour."""
    share = weight(state.habits, usual)
    watched = state.habits.hours if state.habits else (0.0,) * DAY
    most = timedelta(hours=1) / source.shortest
    usual_fewest = timedelta(hours=1) / source.longest
    for rate, hours in zip(rates(state.habits), watched, strict=True):
        fewest = usual_fewest
        if state.entries:
            surprise = MORE_THAN_USUAL if hours >= FIRST_HOURS else MORE_IN_UNSEEN_HOURS
            fewest = max(fewest, surprise * rate / safe_items(state.entries))
        yield sqrt(rate * share), min(fewest, most), most


def _factor(wanted: list[tuple[float, float, float]], budget: float) -> float:
    """Return the factor at which the polls of a day come to the budget: zero where the bounds alone exceed it."""
    edges = [(fewest / root, root) for root, fewest, _ in wanted]  # from here on it is polled in proportion,
    edges += [(most / root, -root) for root, _, most in wanted]  # from here on as often as it may be
    polls, slope, at = sum(fewest for _, fewest, _ in wanted), 0.0, 0.0
    if polls >= budget:
        return 0.0
    for edge, step in sorted(edges):
        reached = polls + slope * (edge - at)
        if reached >= budget:
            return at + (budget - polls) / slope
        polls, slope, at = reached, slope + step, edge
    return at


# --- due times --------------------------------------------------------------------------------------------------------


def next_due(source: Source, state: SourceState, pace: Pace, *, now: datetime, spread: float) -> datetime:
    """Return when to poll `source` next.

    Args:
        source: its interval is the pause while all goes well; without one, its bounds hold.
        state: what its polls taught; failures in a row double the pause, up to an hour, up to 7 days where the answer is 410.
        pace: the budget, shared out.
        now: the instant the last poll ended.
        spread: -1 to 1, drawn by the caller; moves the due time by up to a tenth of the pause.
    """
    pause = pause_after(source.interval or learned_pause(source, state, pace, now=now), state)
    due = now + pause * (1 + JITTER * spread)
    return max(due, state.not_before) if state.not_before else due


def learned_pause(source: Source, state: SourceState, pace: Pace, *, now: datetime) -> timedelta:
    """Return the pause of a source that has no interval of its own: until the polls an hour, hour by hour, add up to one."""
    polls = [
        min(max(pace.factor * root, fewest), most)
        for root, fewest, most in _wanted(source, state, pace.usual_relevant)
    ]
    at, left = now.astimezone(UTC), 1.0
    while True:
        following = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        share = polls[at.hour] * ((following - at) / timedelta(hours=1))
        if share >= left:
            break
        at, left = following, left - share
    pause = at + timedelta(hours=1) * (left / polls[at.hour]) - now
    if state.habits is None or sum(state.habits.hours) < FIRST_HOURS:
        pause = min(pause, FIRST_PAUSE)
    elif state.habits.last_rate and state.entries:
        pause = min(pause, timedelta(hours=1) * (safe_items(state.entries) / state.habits.last_rate))
    return max(pause, source.shortest)


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


# --- in words ---------------------------------------------------------------------------------------------------------


def explained(source: Source, state: SourceState, *, now: datetime) -> str:
    """Say when a source is next due, and why then: `next in 4 min: 380 items a day, 2 % relevant`; nothing after a single pass."""
    if state.next_due is None:
        return "" if state.last_poll else "not polled yet"
    when = f"next in {_minutes(state.next_due - now)}" if state.next_due > now else "due now"
    if state.failures:
        times = "1 failed poll" if state.failures == 1 else f"{state.failures} failed polls in a row"
        return f"{when}: slowed down after {times}"
    if state.not_before is not None and state.not_before > now:
        return f"{when}: its host asked for a pause"
    why = [f"every {_minutes(source.interval)} as configured"] if source.interval else []
    return f"{when}: {', '.join(why + _learnt(state.habits))}"


def _learnt(habits: Habits | None) -> list[str]:
    if habits is None or sum(habits.hours) < 1:
        return ["its rate is still to be learnt"]
    a_day = items_a_day(habits)
    said = f"{a_day:.0f} items a day" if a_day >= 10 else f"{a_day:.1f} items a day"
    if habits.seen < 1:
        return [said]
    share = habits.relevant / habits.seen
    return [said, "none relevant yet" if not share else f"{_percent(share)} relevant"]


def _percent(share: float) -> str:
    return "under 1 %" if share < 0.005 else f"{100 * share:.0f} %"


def _minutes(length: timedelta) -> str:
    seconds = length / timedelta(seconds=1)
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} d"
