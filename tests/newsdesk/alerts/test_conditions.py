"""What begins and what ends is told once, in the right words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.model import Side, SourceState
from newsdesk.alerts.conditions import (
    alerts_of_begin,
    alerts_of_end,
    begun,
    ended,
    of_job,
    of_sides,
    of_source,
)
from newsdesk.health import Figures, health_of
from storage.conditions import Condition, Place
from storage.outbox import AlertKind, Audience
from tests.newsdesk.health.days import NOW, SOURCE, USUAL, figures, history, on

WALLED = (on(NOW.date(), fetched=6, **{"skipped:blocked": 6}),)

CASES: dict[str, tuple[Figures, set[str]]] = {
    "well": (figures(), set()),
    "stumbles twice": (figures(failures=2, error="HTTP 500"), set()),
    "breaks": (figures(failures=3, error="HTTP 500"), {"source_broken"}),
    "is gone": (figures(failures=3, error="HTTP 410"), {"source_broken"}),
    "is blocked": (figures(failures=3, error="HTTP 403"), {"source_blocked"}),
    "stands behind walls": (figures(WALLED), {"source_blocked"}),
    "is silent": (figures(silent=timedelta(hours=10)), {"source_silent"}),
    "shows the future": (
        figures(history(today=USUAL | {"dates_ahead": 500})),
        {"expectation:dates"},
    ),
}


@pytest.mark.parametrize(("given", "names"), CASES.values(), ids=CASES.keys())
def test_a_source_has_the_conditions_of_its_state(given: Figures, names: set[str]) -> None:
    found = of_source(health_of(given))
    assert {name for _, name in found} == names
    assert all(found.values())


def known(*places: Place, words: str = "w") -> dict[Place, Condition]:
    return {
        (subject, name): Condition(subject=subject, name=name, since=NOW, words=words)
        for subject, name in places
    }


BROKEN: Place = ("slovo", AlertKind.SOURCE_BROKEN)
BLOCKED: Place = ("slovo", AlertKind.SOURCE_BLOCKED)


def test_a_source_that_breaks_and_comes_back_is_told_twice() -> None:
    assert begun({}, {BROKEN: "HTTP 500"}) == {BROKEN: "HTTP 500"}
    assert begun(known(BROKEN), {BROKEN: "HTTP 502"}) == {}
    (begin,) = alerts_of_begin({BROKEN: "HTTP 500"}, now=NOW)
    assert (begin.kind, begin.title, begin.body) == (
        AlertKind.SOURCE_BROKEN, "slovo: the source is broken", "HTTP 500",
    )  # fmt: skip
    over = ended(known(BROKEN), {})
    (end,) = alerts_of_end(over, known(BROKEN), {}, ["slovo"], now=NOW)
    assert (end.kind, end.subject) == (AlertKind.SOURCE_RECOVERED, "slovo")


def test_from_broken_to_blocked_is_no_recovery() -> None:
    current = {BLOCKED: "HTTP 403"}
    over = ended(known(BROKEN), current)
    assert over == [BROKEN]
    assert alerts_of_end(over, known(BROKEN), current, ["slovo"], now=NOW) == []


def test_a_source_that_left_the_config_does_not_recover() -> None:
    assert alerts_of_end([BROKEN], known(BROKEN), {}, [], now=NOW) == []


def test_an_expectation_that_holds_again_is_not_told() -> None:
    place: Place = ("slovo", "expectation:dates")
    assert alerts_of_end([place], known(place), {}, ["slovo"], now=NOW) == []


def test_a_disk_is_low_until_there_is_room_again() -> None:
    low = {"disk_low": 1000, "refused": ""}
    assert of_job(free=999, was_low=False, **low)  # type: ignore[arg-type]
    assert not of_job(free=1001, was_low=False, **low)  # type: ignore[arg-type]
    assert of_job(free=1499, was_low=True, **low)  # type: ignore[arg-type]
    assert not of_job(free=1500, was_low=True, **low)  # type: ignore[arg-type]


def test_another_mistake_in_the_config_is_another_alert() -> None:
    def refused(words: str) -> dict[Place, str]:
        return of_job(free=9, disk_low=1, was_low=False, refused=words)

    first = refused("config.yaml:3:1: x")
    (place,) = first
    assert begun(known(place, words="config.yaml:3:1: x"), first) == {}
    assert begun(known(place, words="config.yaml:3:1: x"), refused("config.yaml:4:1: y"))


def test_a_side_is_silent_when_all_its_sources_are() -> None:
    ru = replace(SOURCE, id="ru-1", side=Side.RU)
    sources = [SOURCE, replace(SOURCE, id="ua-2"), ru]
    states = {
        "slovo": SourceState(last_new=NOW - timedelta(hours=30)),
        "ua-2": SourceState(last_new=NOW - timedelta(hours=1)),
        "ru-1": SourceState(last_new=NOW - timedelta(hours=25)),
    }
    found = of_sides(sources, states, now=NOW, patience=timedelta(hours=24))
    assert [subject for subject, _ in found] == ["side ru"]
    (alert,) = alerts_of_begin(found, now=NOW)
    assert alert.audience is Audience.ANALYST
    assert of_sides(sources, {}, now=NOW, patience=timedelta(hours=24)) == {}
