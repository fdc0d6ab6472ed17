"""Under a simulated clock: relevant items wait hardly longer than they must, and nothing is missed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.simulate_polling import (
    DAY,
    Fixed,
    Items,
    Outlet,
    Result,
    SquareRoot,
    newsroom,
    optimum,
    published,
    simulate,
)

SOME = newsroom()[::4]
BUDGET = 7.0


@pytest.fixture(scope="module")
def learnt() -> Result:
    return simulate(SOME, SquareRoot(SOME, BUDGET, random.Random(3)), days=4)


def test_relevant_items_wait_hardly_longer_than_they_must(learnt: Result) -> None:
    assert learnt.a_minute == pytest.approx(BUDGET, rel=0.03)
    assert learnt.mean < 1.15 * optimum(SOME, learnt.a_minute)
    assert learnt.p95 < 300


def test_nothing_is_lost_and_no_pause_is_longer_than_the_longest(learnt: Result) -> None:
    assert learnt.lost == 0
    assert learnt.longest_gap <= 1.1 * 30 * 60


def test_one_interval_for_all_is_what_theory_says_it_is() -> None:
    """The simulation itself is right: N·Σλ/(2R), over the number of items."""
    found = simulate(SOME, Fixed(len(SOME) / BUDGET * 60, random.Random(3)), days=4)
    assert found.a_minute == pytest.approx(BUDGET, rel=0.01)
    assert found.mean == pytest.approx(len(SOME) / (2 * BUDGET / 60), rel=0.02)
    assert found.mean > 1.2 * optimum(SOME, BUDGET)


def test_short_lists_of_busy_outlets_lose_nothing_under_a_budget_far_too_small() -> None:
    busy = [Outlet(a_day=600, relevant=0.01, window=window) for window in (10, 15, 30)]
    quiet = [Outlet(a_day=3, relevant=0.5, window=20)] * 3
    found = simulate(busy + quiet, SquareRoot(busy + quiet, 0.01, random.Random(3)), days=4)
    assert found.lost == 0
    assert found.a_minute > 0.2
    assert simulate(busy, Fixed(1800, random.Random(3)), days=3).lost > 100


def test_a_quiet_source_that_wakes_is_noticed_within_its_longest_interval() -> None:
    longest = timedelta(hours=2)
    sleeper = Outlet(a_day=60, relevant=0.1, window=20, wakes=3 * DAY, longest=longest)
    outlets = [sleeper, *(replace(one, longest=longest) for one in SOME)]
    rule = SquareRoot(outlets, 1.0, random.Random(3))
    found = simulate(outlets, rule, days=3.5)
    assert found.lost == 0
    assert max(delay for delay, weight in found.delays if weight == 0.1) <= 1.1 * longest.total_seconds()


def test_items_come_as_often_as_their_outlet_says_and_more_by_day() -> None:
    outlet = Outlet(a_day=400, relevant=0.1, window=50, night=0.25)
    items: Items = published(outlet, 10, random.Random(1))
    by_night = sum(not 5 <= at % DAY // 3600 < 20 for at in items.at)
    assert len(items.at) == pytest.approx(4000, rel=0.05)
    assert by_night / len(items.at) == pytest.approx(9 * 0.25 / (15 + 9 * 0.25), rel=0.1)
    assert sum(items.relevant) == pytest.approx(400, rel=0.15)
