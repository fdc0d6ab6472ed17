"""When a source is next due, what its polls teach, and how a budget is shared out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Habits, Ownership, Side, Source, SourceState, SourceType
from crawler.polling import (
    Pace,
    explained,
    first_due,
    items_a_day,
    learn,
    learned_pause,
    next_due,
    pace_of,
    pause_after,
    rates,
    safe_items,
    weight,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FIVE = timedelta(minutes=5)
SOURCE = Source(
    id="s", name="S", country="UA", side=Side.UA, ownership=Ownership.PRIVATE, languages=("uk",),
    type=SourceType.FEED, url="https://news.example/rss", interval=FIVE,
)  # fmt: skip
LEARNING = replace(SOURCE, interval=None)


def knowing(
    *,
    a_day: float,
    relevant: float = 0.02,
    days: int = 10,
    day: range = range(24),
    entries: int | None = 1000,
) -> SourceState:
    """A source that was watched for days and brought its items evenly over some hours of the day."""
    items = tuple(days * a_day / len(day) if hour in day else 0.0 for hour in range(24))
    seen = days * a_day
    habits = Habits(at=NOW, items=items, hours=(float(days),) * 24, seen=seen, relevant=relevant * seen)
    return SourceState(entries=entries, habits=habits)


def minutes(source: Source, state: SourceState, pace: Pace, *, hour: int = 0) -> float:
    return learned_pause(source, state, pace, now=NOW + hour * HOUR) / MINUTE


# --- fixed intervals and back-off -------------------------------------------------------------------------------------


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
    assert pause_after(FIVE, SourceState(failures=failures, error=error)) == pause


@pytest.mark.parametrize(("spread", "after"), [(-1.0, 4.5), (0.0, 5.0), (1.0, 5.5)])
def test_polls_are_spread_by_a_tenth(spread: float, after: float) -> None:
    assert next_due(SOURCE, SourceState(), Pace(), now=NOW, spread=spread) == NOW + after * MINUTE


def test_retry_after_of_the_host_is_waited_for() -> None:
    later = NOW + timedelta(hours=2)
    assert next_due(SOURCE, SourceState(not_before=later), Pace(), now=NOW, spread=0) == later


def test_a_restart_keeps_stored_due_times_and_polls_the_overdue_at_once() -> None:
    later = NOW + timedelta(minutes=3)
    assert first_due(SourceState(next_due=later), now=NOW, spread=0.5) == later
    assert first_due(SourceState(next_due=NOW - timedelta(days=1)), now=NOW, spread=0.5) == NOW + timedelta(
        seconds=1
    )


def test_a_failing_source_backs_off_from_its_learnt_pause() -> None:
    state = knowing(a_day=240)
    pace = pace_of([(LEARNING, state)], a_minute=0.2)
    failed = replace(state, failures=1, error="timeout")
    assert next_due(LEARNING, failed, pace, now=NOW, spread=0) == NOW + 10 * MINUTE


# --- learning ---------------------------------------------------------------------------------------------------------


def taught(*polls: tuple[float, int], relevant: int = 0) -> Habits:
    """What polls teach that came so many hours apart and brought so many new items."""
    habits, at = None, NOW
    for hours, new in polls:
        habits = learn(
            habits, since=at, until=at + hours * HOUR, new=new, relevant=relevant, overflowed=False
        )
        at += hours * HOUR
    assert habits is not None
    return habits


def test_nothing_known_is_one_item_an_hour() -> None:
    assert rates(None) == (1.0,) * 24


@pytest.mark.parametrize("a_day", [0, 2, 48, 400])
def test_two_days_teach_the_rate_of_a_source(a_day: int) -> None:
    found = items_a_day(taught(*[(0.5, a_day // 48)] * 96 if a_day >= 48 else [(12, a_day // 2)] * 4))
    assert abs(sqrt(found) - sqrt(a_day)) < 0.16 * sqrt(a_day) + 1.3


def test_the_hours_of_the_day_are_told_apart() -> None:
    habits = taught(*[(1, 20 if 6 <= hour % 24 < 20 else 1) for hour in range(24 * 4)])
    found = rates(habits)
    assert found[12] > 8 * found[1]
    assert found[12] == pytest.approx(20, rel=0.1)


def test_what_came_over_several_hours_is_spread_over_them() -> None:
    habits = learn(None, since=NOW + 1.5 * HOUR, until=NOW + 3.5 * HOUR, new=8, relevant=0, overflowed=False)
    assert habits is not None
    assert habits.items[:5] == (0, 2, 4, 2, 0)
    assert habits.hours[:5] == (0, 0.5, 1, 0.5, 0)


def test_old_days_count_less_than_new_ones() -> None:
    habits = taught(*[(1, 10)] * 24 * 20, *[(1, 2)] * 24 * 10)
    assert 2 * 24 < items_a_day(habits) < 4.5 * 24


def test_a_list_that_turned_over_does_not_make_its_source_look_quiet() -> None:
    busy = taught(*[(0.5, 20)] * 48)
    after = learn(busy, since=busy.at, until=busy.at + 12 * HOUR, new=20, relevant=0, overflowed=True)
    assert after == busy


@pytest.mark.parametrize("hours", [-1, 0, 24 * 30])
def test_polls_too_far_apart_or_under_a_clock_set_back_teach_nothing(hours: float) -> None:
    assert learn(None, since=NOW, until=NOW + hours * HOUR, new=9, relevant=9, overflowed=False) is None


def test_relevance_is_learnt_and_never_falls_to_nothing() -> None:
    usual = 0.02
    good = knowing(a_day=100, relevant=0.1).habits
    none = knowing(a_day=100, relevant=0).habits
    assert weight(None, usual) == usual
    assert weight(good, usual) == pytest.approx(0.093, abs=0.001)
    assert weight(none, usual) == usual / 4


# --- sharing out ------------------------------------------------------------------------------------------------------

FAMILY = [
    (replace(LEARNING, id=str(n), longest=6 * HOUR), knowing(a_day=a_day))
    for n, a_day in enumerate((400, 100, 25, 4))
]


def test_sources_are_polled_in_proportion_to_the_root_of_their_rates() -> None:
    pace = pace_of(FAMILY, a_minute=0.5)
    pauses = [minutes(source, state, pace) for source, state in FAMILY]
    assert sum(1 / one for one in pauses) == pytest.approx(0.5, rel=0.001)
    assert pauses[1] / pauses[0] == pytest.approx(2, rel=0.02)
    assert pauses[2] / pauses[0] == pytest.approx(4, rel=0.05)
    assert pauses[3] / pauses[0] == pytest.approx(10, rel=0.1)


def test_a_source_with_more_that_is_relevant_is_polled_more_often() -> None:
    state = knowing(a_day=100, relevant=0.08)
    both = [(LEARNING, knowing(a_day=100)), (replace(LEARNING, id="good"), state)]
    pace = pace_of(both, a_minute=0.2)
    plain, good = (minutes(source, state, pace) for source, state in both)
    assert plain / good == pytest.approx(sqrt(0.0745 / 0.02), rel=0.1)


def test_the_budget_is_spent_by_day_where_the_news_comes() -> None:
    state = knowing(a_day=240, days=30, day=range(8, 20))
    source = replace(LEARNING, longest=6 * HOUR)
    pace = pace_of([(source, state)], a_minute=0.1)
    night, noon = minutes(source, state, pace, hour=1), minutes(source, state, pace, hour=12)
    assert night > 3 * noon
    at, polls = NOW, 0
    while at < NOW + 10 * 24 * HOUR:
        at += learned_pause(source, state, pace, now=at)
        polls += 1
    assert polls == pytest.approx(0.1 * 60 * 24 * 10, rel=0.02)


def test_a_pause_that_begins_at_night_ends_when_the_day_begins() -> None:
    state = knowing(a_day=2400, days=30, day=range(8, 20), entries=None)
    source = replace(LEARNING, longest=24 * HOUR)
    pace = Pace(factor=0.5)
    asleep = next_due(source, state, pace, now=NOW + 4 * HOUR, spread=0)
    assert asleep < NOW + 8.6 * HOUR


def test_fixed_intervals_take_their_part_of_the_budget_first() -> None:
    fixed = (replace(SOURCE, id="fixed", interval=MINUTE), SourceState())
    pace = pace_of([*FAMILY, fixed], a_minute=1.5)
    assert pace.factor == pytest.approx(pace_of(FAMILY, a_minute=0.5).factor, rel=0.001)
    source, state = fixed
    assert next_due(source, state, pace, now=NOW, spread=0) == NOW + MINUTE


def test_a_source_long_dead_leaves_its_part_to_the_others() -> None:
    dead = (replace(LEARNING, id="dead"), replace(knowing(a_day=400), failures=9))
    assert pace_of([*FAMILY, dead], a_minute=0.5) == pace_of(FAMILY, a_minute=0.5)
    flapping = (replace(LEARNING, id="flapping"), replace(knowing(a_day=400), failures=2))
    assert pace_of([*FAMILY, flapping], a_minute=0.5).factor < pace_of(FAMILY, a_minute=0.5).factor
    assert pace_of([dead], a_minute=0.5).factor > 0


@pytest.mark.parametrize("a_minute", [0.001, 600])
def test_bounds_come_before_the_budget(a_minute: float) -> None:
    pace = pace_of(FAMILY, a_minute=a_minute)
    wanted = 6 * 60 if a_minute < 1 else 1
    assert [minutes(source, state, pace) for source, state in FAMILY if state.entries] == [
        pytest.approx(min(wanted, 24 * 60 * safe_items(1000) / 2 / items_a_day(state.habits)), rel=0.01)
        for source, state in FAMILY
        if state.habits
    ]


def test_a_short_list_is_polled_before_it_turns_over_whatever_the_budget() -> None:
    state = knowing(a_day=480, entries=20)
    found = minutes(replace(LEARNING, longest=6 * HOUR), state, pace_of([(LEARNING, state)], a_minute=0.001))
    assert found / 60 * 20 < 4


def test_a_burst_is_followed_by_an_early_poll() -> None:
    state = knowing(a_day=24, entries=20)
    assert state.habits is not None
    burst = replace(state, habits=replace(state.habits, last_rate=60.0))
    pace = Pace(factor=0)
    assert minutes(LEARNING, state, pace) == 30
    assert minutes(LEARNING, burst, pace) == pytest.approx(safe_items(20), rel=0.01)


states = st.builds(
    knowing,
    a_day=st.floats(0, 5000),
    relevant=st.floats(0, 1),
    days=st.integers(0, 40),
    day=st.sampled_from([range(24), range(8, 20), range(3)]),
    entries=st.one_of(st.none(), st.integers(0, 2000)),
)


@given(
    known=st.lists(states, min_size=1, max_size=8),
    a_minute=st.floats(0.01, 600),
    hours=st.floats(0, 48),
    spread=st.floats(-1, 1),
)
def test_every_source_is_due_within_its_bounds(
    known: list[SourceState], a_minute: float, hours: float, spread: float
) -> None:
    sources = [(replace(LEARNING, id=str(n)), state) for n, state in enumerate(known)]
    pace = pace_of(sources, a_minute=a_minute)
    now = NOW + hours * HOUR
    for source, state in sources:
        due = next_due(source, state, pace, now=now, spread=spread)
        assert 0.89 * source.shortest <= due - now <= 1.11 * source.longest


@given(known=st.lists(states, min_size=1, max_size=8), a_minute=st.floats(0.01, 60))
def test_more_budget_never_means_a_longer_pause(known: list[SourceState], a_minute: float) -> None:
    sources = [(replace(LEARNING, id=str(n)), state) for n, state in enumerate(known)]
    less, more = pace_of(sources, a_minute=a_minute), pace_of(sources, a_minute=2 * a_minute)
    for source, state in sources:
        assert minutes(source, state, more) <= minutes(source, state, less) + 1e-3


# --- in words ---------------------------------------------------------------------------------------------------------

SOON = NOW + 4 * MINUTE
BUSY = replace(knowing(a_day=380, days=400), next_due=SOON)


@pytest.mark.parametrize(
    ("source", "state", "words"),
    [
        (LEARNING, BUSY, "next in 4 min: 380 items a day, 2 % relevant"),
        (SOURCE, BUSY, "next in 4 min: every 5 min as configured, 380 items a day, 2 % relevant"),
        (LEARNING, SourceState(), "not polled yet"),
        (LEARNING, SourceState(next_due=SOON), "next in 4 min: its rate is still to be learnt"),
        (
            LEARNING,
            replace(knowing(a_day=2, days=400, relevant=0), next_due=NOW),
            "due now: 2.0 items a day, none relevant yet",
        ),
        (
            LEARNING,
            replace(BUSY, failures=3, next_due=NOW + 40 * MINUTE),
            "next in 40 min: slowed down after 3 failed polls in a row",
        ),
        (
            LEARNING,
            replace(BUSY, not_before=NOW + 2 * HOUR, next_due=NOW + 2 * HOUR),
            "next in 2 h: its host asked for a pause",
        ),
    ],
)
def test_a_source_says_when_it_is_due_and_why(source: Source, state: SourceState, words: str) -> None:
    assert explained(source, state, now=NOW) == words
