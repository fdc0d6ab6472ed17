"""Which stories a list tells, on each engine: the same under another address, another under the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from crawler.model import Lead
from storage.apart import MARK, another, told_apart
from storage.engine import transaction
from tests.storage.nouns import ADDRESS, NOW, finding, kept, lead
from tests.storage.test_frontier import discover, waiting

DAY = timedelta(days=1)


def addresses(store: Engine) -> list[str]:
    return sorted(one.lead.url for one in waiting(store))


def test_each_days_story_under_one_address_waits_for_itself(store: Engine) -> None:
    discover(store, lead(title="Обмін полоненими відбувся"))
    later = replace(lead(title="Повернули тіла загиблих"), published=NOW + DAY)
    assert [discover(store, later).new for _ in range(2)] == [1, 0]
    assert [MARK in address for address in addresses(store)] == [False, True]


def test_an_edited_headline_is_the_same_story(store: Engine) -> None:
    discover(store, lead(title="Обмін полоненими відбувся"))
    edited = replace(lead(title="Зі ста п'ятьма захисниками зустрілися рідні"), published=NOW)
    assert discover(store, edited).new == 0
    later = replace(lead(title="Із захисниками зустрілися рідні: уточнено"), published=NOW + DAY)
    assert discover(store, later).new == 0


def test_another_sources_story_under_a_kept_address_is_not_swallowed(store: Engine) -> None:
    kept(store, finding())
    other = replace(lead(source="other", title="Повернули тіла загиблих"), published=NOW + DAY)
    assert discover(store, other, source="other").new == 1
    assert len(waiting(store, source="other")) == 1


def test_an_entry_is_known_again_by_what_it_says(store: Engine) -> None:
    first = replace(lead(f"{ADDRESS}?visit=1"), guid="a", text="Вдома.")
    discover(store, first)
    with transaction(store) as session:
        same = replace(lead(f"{ADDRESS}?visit=2"), guid="b", text="Вдома.")
        ((_, found),) = told_apart(session, "slovo", [(same.url, same)])
        assert found.url == first.url
        for unlike in (
            replace(same, title="Інше"),
            replace(same, published=NOW + DAY),
            replace(same, text="Нове."),
        ):
            ((_, found),) = told_apart(session, "slovo", [(unlike.url, unlike)])
            assert found.url == unlike.url


@pytest.mark.parametrize(
    ("title", "shift", "text", "is_another"),
    [
        ("Обмін полоненими завершено", DAY, None, False),
        ("Повернули тіла загиблих", DAY, None, True),
        ("Повернули тіла загиблих", timedelta(), None, False),
        (None, DAY, None, False),
    ],
)
def test_title_and_time_tell_stories_apart(
    title: str | None, shift: timedelta, text: str | None, is_another: bool
) -> None:
    from storage.apart import Told

    told = Told("Обмін полоненими відбувся", None, NOW)
    now: Lead = replace(lead(title=title), published=NOW + shift, text=text)
    assert another(told, now) is is_another
